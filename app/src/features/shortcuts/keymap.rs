//! Which keys mean what. Plain and tested; `Cmd` is `Ctrl` on a Mac.

use leptos::ev::KeyboardEvent;
use penny_words::keys;

/// What a key combination asks for anywhere on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Palette,
    Help,
    NewChat,
    ToggleLeft,
    ToggleRight,
    CloseDrawer,
}

/// Where a combination works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    Anywhere,
    Writing,
}

/// Every combination, as the list of shortcuts shows it: where, which keys, what it does.
pub(crate) const ALL: &[(Where, &str, &str)] = &[
    (Where::Anywhere, "Ctrl+K", keys::UI_SHORTCUT_PALETTE),
    (Where::Anywhere, "Ctrl+Shift+O", keys::UI_SHORTCUT_NEW_CHAT),
    (Where::Anywhere, "Ctrl+/", keys::UI_SHORTCUT_HELP),
    (Where::Anywhere, "Ctrl+Shift+S", keys::UI_SHORTCUT_LEFT),
    (Where::Anywhere, "Ctrl+]", keys::UI_SHORTCUT_RIGHT),
    (Where::Anywhere, "Esc", keys::UI_SHORTCUT_STOP),
    (Where::Writing, "Enter", keys::UI_SHORTCUT_SEND),
    (Where::Writing, "Shift+Enter", keys::UI_SHORTCUT_BREAK),
    (Where::Writing, "↑", keys::UI_SHORTCUT_EDIT_LAST),
];

/// A key press, without the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Press {
    pub key: String,
    pub code: String,
    pub has_control: bool,
    pub has_shift: bool,
    pub has_alt: bool,
}

impl From<&KeyboardEvent> for Press {
    fn from(event: &KeyboardEvent) -> Self {
        Self {
            key: event.key(),
            code: event.code(),
            has_control: event.ctrl_key() || event.meta_key(),
            has_shift: event.shift_key(),
            has_alt: event.alt_key(),
        }
    }
}

/// Returns what a key press asks for. Letters go by what is written on the key; the bracket and the
/// slash also by their place, because many keyboards have them elsewhere.
pub(crate) fn command_for(press: &Press) -> Option<Command> {
    if press.key == "Escape" {
        return Some(Command::CloseDrawer);
    }
    if !press.has_control || press.has_alt {
        return None;
    }
    match (press.key.to_ascii_lowercase().as_str(), press.has_shift) {
        ("k", false) => Some(Command::Palette),
        ("o", true) => Some(Command::NewChat),
        ("s", true) => Some(Command::ToggleLeft),
        ("/", _) => Some(Command::Help),
        ("]", false) => Some(Command::ToggleRight),
        _ => match (press.code.as_str(), press.has_shift) {
            ("Slash", false) => Some(Command::Help),
            ("BracketRight", false) => Some(Command::ToggleRight),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str, code: &str, has_control: bool, has_shift: bool) -> Press {
        Press { key: key.into(), code: code.into(), has_control, has_shift, has_alt: false }
    }

    #[test]
    fn the_usual_combinations_are_known() {
        for (given, expected) in [
            (press("k", "KeyK", true, false), Some(Command::Palette)),
            (press("K", "KeyK", true, true), None),
            (press("O", "KeyO", true, true), Some(Command::NewChat)),
            (press("S", "KeyS", true, true), Some(Command::ToggleLeft)),
            (press("s", "KeyS", true, false), None),
            (press("/", "Digit7", true, true), Some(Command::Help)),
            (press("-", "Slash", true, false), Some(Command::Help)),
            (press("+", "BracketRight", true, false), Some(Command::ToggleRight)),
            (press("Escape", "Escape", false, false), Some(Command::CloseDrawer)),
            (press("k", "KeyK", false, false), None),
        ] {
            assert_eq!(command_for(&given), expected, "{given:?}");
        }
    }

    #[test]
    fn typing_a_character_with_alt_gr_is_not_a_command() {
        let bracket = Press { has_alt: true, ..press("]", "Digit9", true, false) };
        assert_eq!(command_for(&bracket), None);
    }
}
