use super::Error;
use penny_types::turns::{MESSAGE_BYTES_MAX, NewMessage};

const ATTACHMENTS_MAX: usize = 20;
const TOOLS_MAX: usize = 64;
const KEY_MAX: usize = 64;
/// Model calls in one turn: beyond these it goes round in circles.
pub(super) const STEPS_MAX: u32 = 12;

/// Checks a message and tidies its words: line ends become one kind, and NUL, which no database
/// keeps, becomes the replacement character.
pub(super) fn check(message: &mut NewMessage) -> Result<(), Error> {
    if message.content.len() > MESSAGE_BYTES_MAX {
        return Err(Error::TooLong { max: MESSAGE_BYTES_MAX });
    }
    if message.content.trim().is_empty() && message.attachments.is_empty() {
        return Err(Error::Empty);
    }
    let bad = |field| Err(Error::BadField { field });
    if message.attachments.len() > ATTACHMENTS_MAX {
        return bad("attachments");
    }
    if message.tools_allowed.as_ref().is_some_and(|tools| tools.len() > TOOLS_MAX) {
        return bad("toolsAllowed");
    }
    if message
        .client_key
        .as_ref()
        .is_some_and(|key| key.is_empty() || key.len() > KEY_MAX || key.contains('\0'))
    {
        return bad("clientKey");
    }
    if message.parent_id.is_some() && message.replaces.is_some() {
        return bad("replaces");
    }
    if message.content.contains(['\r', '\0']) {
        message.content = message.content.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(content: &str) -> NewMessage {
        NewMessage { content: content.to_owned(), ..NewMessage::default() }
    }

    #[test]
    fn a_message_says_something_and_not_too_much() {
        assert!(matches!(check(&mut message(" \n\t")), Err(Error::Empty)));
        assert!(check(&mut message(&"x".repeat(MESSAGE_BYTES_MAX))).is_ok());
        assert!(matches!(
            check(&mut message(&"x".repeat(MESSAGE_BYTES_MAX + 1))),
            Err(Error::TooLong { .. })
        ));
    }

    #[test]
    fn line_ends_become_one_kind_and_nothing_else_is_touched() {
        let mut text = message("a\r\nb\rc\0d \u{202e}שלום\u{7}");
        check(&mut text).unwrap();
        assert_eq!(text.content, "a\nb\nc\u{fffd}d \u{202e}שלום\u{7}");
    }

    #[test]
    fn limits_name_their_field() {
        let mut keyed = message("x");
        keyed.client_key = Some("k".repeat(65));
        assert!(matches!(check(&mut keyed), Err(Error::BadField { field: "clientKey" })));
    }
}
