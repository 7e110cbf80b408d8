use super::TurnError;
use penny_types::turns::{MESSAGE_BYTES_MAX, NewMessage};

const ATTACHMENTS_MAX: usize = 20;
const TOOLS_ALLOWED_MAX: usize = 64;
const CLIENT_KEY_BYTES_MAX: usize = 64;
/// Maximum number of model calls in one run; ends endless loops of tool calls.
pub(super) const MODEL_CALLS_MAX: u32 = 12;

/// Validates a message and normalizes its text: line ends become `\n`, and NUL, which PostgreSQL cannot
/// store, becomes U+FFFD.
pub(super) fn validate(message: &mut NewMessage) -> Result<(), TurnError> {
    if message.content.len() > MESSAGE_BYTES_MAX {
        return Err(TurnError::MessageTooLong { max: MESSAGE_BYTES_MAX });
    }
    if message.content.trim().is_empty() && message.attachments.is_empty() {
        return Err(TurnError::EmptyMessage);
    }
    let invalid = |field| Err(TurnError::InvalidField { field });
    if message.attachments.len() > ATTACHMENTS_MAX {
        return invalid("attachments");
    }
    if message.tools_allowed.as_ref().is_some_and(|tools| tools.len() > TOOLS_ALLOWED_MAX) {
        return invalid("toolsAllowed");
    }
    if message
        .client_key
        .as_ref()
        .is_some_and(|key| key.is_empty() || key.len() > CLIENT_KEY_BYTES_MAX || key.contains('\0'))
    {
        return invalid("clientKey");
    }
    if message.parent_id.is_some() && message.replaces.is_some() {
        return invalid("replaces");
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
    fn a_message_must_not_be_empty_or_too_long() {
        assert!(matches!(validate(&mut message(" \n\t")), Err(TurnError::EmptyMessage)));
        assert!(validate(&mut message(&"x".repeat(MESSAGE_BYTES_MAX))).is_ok());
        assert!(matches!(
            validate(&mut message(&"x".repeat(MESSAGE_BYTES_MAX + 1))),
            Err(TurnError::MessageTooLong { .. })
        ));
    }

    #[test]
    fn line_ends_and_nul_are_normalized_and_nothing_else() {
        let mut text = message("a\r\nb\rc\0d \u{202e}שלום\u{7}");
        validate(&mut text).unwrap();
        assert_eq!(text.content, "a\nb\nc\u{fffd}d \u{202e}שלום\u{7}");
    }

    #[test]
    fn an_exceeded_limit_names_the_field() {
        let mut keyed = message("x");
        keyed.client_key = Some("k".repeat(65));
        assert!(matches!(validate(&mut keyed), Err(TurnError::InvalidField { field: "clientKey" })));
    }
}
