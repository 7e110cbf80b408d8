//! State shared by the palette's input and list.

use leptos::prelude::*;

/// State of the palette. Keys pressed before the code of the list is loaded are processed afterwards.
#[derive(Clone, Copy)]
pub(super) struct PaletteInputState {
    pub is_open: RwSignal<bool>,
    pub query: RwSignal<String>,
    /// Index of the selected entry.
    pub selected: RwSignal<usize>,
    /// Keys that the list has not processed yet.
    pub pending_keys: RwSignal<Vec<String>>,
}

/// Returns the DOM id of an entry.
pub(super) fn option_id(index: usize) -> String {
    format!("palette-line-{index}")
}
