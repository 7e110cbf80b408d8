//! The keys that work anywhere, and the list of them.

mod help;
mod keymap;

pub(crate) use help::ShortcutHelp;
pub(crate) use keymap::{ALL, Command, Where};

use crate::{
    features::palette::PaletteState,
    state::{use_panes, use_viewer},
    ui::dom,
};
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Whether the list of shortcuts is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HelpState(pub RwSignal<bool>);

/// Listens for the keys that work anywhere. Stands inside the router, shows nothing.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let (palette, help) = (PaletteState(RwSignal::new(false)), HelpState(RwSignal::new(false)));
    provide_context(palette);
    provide_context(help);
    let (panes, viewer) = (use_panes(), use_viewer());
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let handle = window_event_listener(ev::keydown, move |event| {
            dom::hide_tips(event.key() == "Escape");
            // At the door there is nothing to command.
            if viewer.with_untracked(Option::is_none) {
                return;
            }
            let Some(command) = keymap::command_for(&keymap::Press::from(&event)) else { return };
            let is_done = match command {
                Command::Palette => {
                    palette.0.update(|open| *open = !*open);
                    true
                }
                Command::Help => {
                    help.0.update(|open| *open = !*open);
                    true
                }
                Command::NewChat => {
                    navigate("/", NavigateOptions::default());
                    dom::focus_soon("composer");
                    true
                }
                Command::ToggleLeft => {
                    panes.toggle_left();
                    true
                }
                Command::ToggleRight => {
                    panes.toggle_right();
                    true
                }
                Command::CloseDrawer => panes.close_drawer(),
            };
            if is_done {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}
