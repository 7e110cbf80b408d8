//! How the three panes stand.

use crate::{
    facts::{PANES_COOKIE, PaneLayout},
    ui::dom,
};
use leptos::prelude::*;
use penny_types::ArtifactId;

/// Below this width the outer panes are drawers over the chat; `style/shell.css` has the same number.
pub const NARROW: &str = "(max-width: 899px)";

/// The panes: which are open, how wide, and what the artifact panel shows.
#[derive(Debug, Clone, Copy)]
pub struct Panes {
    /// Whether the list of conversations stands beside the chat, on wide screens.
    pub left_open: RwSignal<bool>,
    /// Whether the list lies over the chat, on narrow screens.
    pub left_drawer: RwSignal<bool>,
    /// Width of the list, CSS pixels.
    pub left_width_px: RwSignal<u32>,
    /// Whether the artifact panel is open.
    pub right_open: RwSignal<bool>,
    /// Width of the artifact panel, CSS pixels.
    pub right_width_px: RwSignal<u32>,
    /// The artifact in the panel.
    pub artifact: RwSignal<Option<ArtifactId>>,
}

/// Returns the panes.
#[must_use]
pub fn use_panes() -> Panes {
    use_context::<Panes>().unwrap_or_else(|| Panes::new(PaneLayout::default()))
}

impl Panes {
    pub(super) fn new(layout: PaneLayout) -> Self {
        Self {
            left_open: RwSignal::new(layout.left_open),
            left_drawer: RwSignal::new(false),
            left_width_px: RwSignal::new(layout.left_width_px),
            right_open: RwSignal::new(false),
            right_width_px: RwSignal::new(layout.right_width_px),
            artifact: RwSignal::new(None),
        }
    }

    /// Keeps the cookie in step with the sizes.
    pub(crate) fn follow(self) {
        Effect::new(move |earlier: Option<PaneLayout>| {
            let layout = PaneLayout {
                left_open: self.left_open.get(),
                left_width_px: self.left_width_px.get(),
                right_width_px: self.right_width_px.get(),
            };
            if earlier.is_some_and(|earlier| earlier != layout) {
                dom::set_cookie(PANES_COOKIE, &layout.to_cookie());
            }
            layout
        });
    }

    /// Shows or hides the list of conversations.
    pub fn toggle_left(self) {
        let flag = if dom::media_matches(NARROW) { self.left_drawer } else { self.left_open };
        flag.update(|open| *open = !*open);
    }

    /// Shows or hides the artifact panel.
    pub fn toggle_right(self) {
        self.right_open.update(|open| *open = !*open);
    }

    /// Shows an artifact in the panel.
    pub fn show_artifact(self, id: ArtifactId) {
        self.artifact.set(Some(id));
        self.right_open.set(true);
    }

    /// Closes whatever lies over the chat; says whether there was anything.
    pub fn close_drawers(self) -> bool {
        let was_open = self.left_drawer.get_untracked();
        if was_open {
            self.left_drawer.set(false);
        }
        was_open
    }
}
