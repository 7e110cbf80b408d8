//! The key map. On a Mac, `Cmd` counts as `Ctrl`.

use leptos::ev::KeyboardEvent;
use penny_i18n::keys;

/// Command of a global keyboard shortcut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShortcutCommand {
    Palette,
    Help,
    NewChat,
    ToggleLeft,
    ToggleRight,
    CloseDrawer,
}

/// Where a shortcut works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShortcutScope {
    Anywhere,
    /// In the message composer.
    Composer,
}

/// All shortcuts in display order: scope, key combination, message key of the description.
pub(crate) const SHORTCUTS: &[(ShortcutScope, &str, &str)] = &[
    (ShortcutScope::Anywhere, "Ctrl+K", keys::UI_SHORTCUT_PALETTE),
    (ShortcutScope::Anywhere, "Ctrl+Shift+O", keys::UI_SHORTCUT_NEW_CHAT),
    (ShortcutScope::Anywhere, "Ctrl+/", keys::UI_SHORTCUT_HELP),
    (ShortcutScope::Anywhere, "Ctrl+Shift+S", keys::UI_SHORTCUT_LEFT),
    (ShortcutScope::Anywhere, "Ctrl+]", keys::UI_SHORTCUT_RIGHT),
    (ShortcutScope::Anywhere, "Esc", keys::UI_SHORTCUT_STOP),
    (ShortcutScope::Composer, "Enter", keys::UI_SHORTCUT_SEND),
    (ShortcutScope::Composer, "Shift+Enter", keys::UI_SHORTCUT_BREAK),
    (ShortcutScope::Composer, "↑", keys::UI_SHORTCUT_EDIT_LAST),
];

/// A key press, independent of the browser's event type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyPress {
    pub key: String,
    pub code: String,
    pub has_control: bool,
    pub has_shift: bool,
    pub has_alt: bool,
}

impl From<&KeyboardEvent> for KeyPress {
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

/// Returns the command of a key press. Letters are matched by their value; bracket and slash also by key position,
/// because many keyboard layouts have no such key.
pub(crate) fn command_for(press: &KeyPress) -> Option<ShortcutCommand> {
    if press.key == "Escape" {
        return Some(ShortcutCommand::CloseDrawer);
    }
    if !press.has_control || press.has_alt {
        return None;
    }
    match (press.key.to_ascii_lowercase().as_str(), press.has_shift) {
        ("k", false) => Some(ShortcutCommand::Palette),
        ("o", true) => Some(ShortcutCommand::NewChat),
        ("s", true) => Some(ShortcutCommand::ToggleLeft),
        ("/", _) => Some(ShortcutCommand::Help),
        ("]", false) => Some(ShortcutCommand::ToggleRight),
        _ => match (press.code.as_str(), press.has_shift) {
            ("Slash", false) => Some(ShortcutCommand::Help),
            ("BracketRight", false) => Some(ShortcutCommand::ToggleRight),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str, code: &str, has_control: bool, has_shift: bool) -> KeyPress {
        KeyPress { key: key.into(), code: code.into(), has_control, has_shift, has_alt: false }
    }

    #[test]
    fn key_combinations_map_to_commands() {
        for (given, expected) in [
            (press("k", "KeyK", true, false), Some(ShortcutCommand::Palette)),
            (press("K", "KeyK", true, true), None),
            (press("O", "KeyO", true, true), Some(ShortcutCommand::NewChat)),
            (press("S", "KeyS", true, true), Some(ShortcutCommand::ToggleLeft)),
            (press("s", "KeyS", true, false), None),
            (press("/", "Digit7", true, true), Some(ShortcutCommand::Help)),
            (press("-", "Slash", true, false), Some(ShortcutCommand::Help)),
            (press("+", "BracketRight", true, false), Some(ShortcutCommand::ToggleRight)),
            (press("Escape", "Escape", false, false), Some(ShortcutCommand::CloseDrawer)),
            (press("k", "KeyK", false, false), None),
        ] {
            assert_eq!(command_for(&given), expected, "{given:?}");
        }
    }

    #[test]
    fn typing_a_character_with_alt_gr_is_not_a_command() {
        let bracket = KeyPress { has_alt: true, ..press("]", "Digit9", true, false) };
        assert_eq!(command_for(&bracket), None);
    }
}
