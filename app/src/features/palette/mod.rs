//! The command palette: conversations, dashboards and commands, by typing.

mod entries;
mod field;
mod lines;
mod view;

pub(crate) use view::Palette;

use leptos::prelude::RwSignal;

/// Whether the palette is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PaletteState(pub RwSignal<bool>);
