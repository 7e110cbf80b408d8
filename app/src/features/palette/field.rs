//! What the field and the list below it share.

use leptos::prelude::*;

/// The state of both. What is typed before the list is there, it takes in then.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub is_open: RwSignal<bool>,
    pub query: RwSignal<String>,
    /// The line that is chosen.
    pub at: RwSignal<usize>,
    /// Keys for the list that it has not taken in yet.
    pub pressed: RwSignal<Vec<String>>,
}

/// Returns the id of a line's element.
pub(super) fn line_id(index: usize) -> String {
    format!("palette-line-{index}")
}
