//! Keyboard shortcuts and the dialog that lists them.

mod help;
mod keymap;

pub(crate) use help::ShortcutHelp;
pub(crate) use keymap::{SHORTCUTS, ShortcutCommand, ShortcutScope};

use crate::{
    features::palette::PaletteState,
    state::{use_panes, use_viewer},
    ui::dom,
};
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Whether the shortcut dialog is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShortcutHelpState(pub RwSignal<bool>);

/// Handles the global keyboard shortcuts. Renders nothing; must be inside the router.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let (palette, help) = (PaletteState(RwSignal::new(false)), ShortcutHelpState(RwSignal::new(false)));
    provide_context(palette);
    provide_context(help);
    let (panes, viewer) = (use_panes(), use_viewer());
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let handle = window_event_listener(ev::keydown, move |event| {
            dom::hide_tooltips(event.key() == "Escape");
            // Shortcuts are disabled on the sign-in page.
            if viewer.with_untracked(Option::is_none) {
                return;
            }
            let Some(command) = keymap::command_for(&keymap::KeyPress::from(&event)) else { return };
            let is_handled = match command {
                ShortcutCommand::Palette => {
                    palette.0.update(|open| *open = !*open);
                    true
                }
                ShortcutCommand::Help => {
                    help.0.update(|open| *open = !*open);
                    true
                }
                ShortcutCommand::NewChat => {
                    navigate("/", NavigateOptions::default());
                    dom::focus_soon("composer");
                    true
                }
                ShortcutCommand::ToggleLeft => {
                    panes.toggle_left();
                    true
                }
                ShortcutCommand::ToggleRight => {
                    panes.toggle_right();
                    true
                }
                ShortcutCommand::CloseDrawer => panes.close_drawer(),
            };
            if is_handled {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}
