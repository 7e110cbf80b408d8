//! The command palette: searches conversations, dashboards and commands.

mod entries;
mod input_state;
mod list;
mod view;

pub(crate) use view::Palette;

use leptos::prelude::RwSignal;

/// Whether the palette is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PaletteState(pub RwSignal<bool>);
