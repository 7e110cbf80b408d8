//! How the three panes stand.
//!
//! Where there is room they stand side by side, and how they stand is remembered; where there is not,
//! the outer ones are drawers over the chat, and begin closed. The server cannot know how wide a window
//! is, so it draws the panes as they were left and the style sheet decides, by the same widths as here.

use crate::{
    facts::{PANES_COOKIE, PaneLayout},
    ui::dom,
};
use leptos::{ev, prelude::*};
use penny_types::ArtifactId;
use send_wrapper::SendWrapper;
use web_sys::HtmlElement;

/// Below this width the list of conversations is a drawer; `style/shell.css` has the same number.
const NARROW: &str = "(max-width: 899px)";
/// Below this width the artifact panel is a drawer; `style/shell.css` has the same number.
const MIDDLING: &str = "(max-width: 1199px)";
/// Id of the list of conversations.
pub const LEFT_ID: &str = "conversations";
/// Id of the artifact panel.
pub const RIGHT_ID: &str = "artifacts";

/// A drawer over the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawer {
    /// The list of conversations.
    Left,
    /// The artifact panel.
    Right,
}

/// The panes: which are open, how wide, and what the artifact panel shows.
#[derive(Debug, Clone, Copy)]
pub struct Panes {
    /// Whether the list of conversations stands beside the chat, where there is room.
    pub left_open: RwSignal<bool>,
    /// Width of the list, CSS pixels.
    pub left_width_px: RwSignal<u32>,
    /// Whether the artifact panel stands beside the chat, where there is room.
    pub right_open: RwSignal<bool>,
    /// Width of the artifact panel, CSS pixels.
    pub right_width_px: RwSignal<u32>,
    /// Which drawer lies over the chat, where there is no room.
    pub drawer: RwSignal<Option<Drawer>>,
    /// Whether the artifact panel can be seen. Known only once the page is alive.
    pub right_seen: RwSignal<bool>,
    /// The artifact in the panel.
    pub artifact: RwSignal<Option<ArtifactId>>,
    /// What had the focus when a drawer opened.
    opener: StoredValue<Option<SendWrapper<HtmlElement>>>,
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
            left_width_px: RwSignal::new(layout.left_width_px),
            right_open: RwSignal::new(layout.right_open),
            right_width_px: RwSignal::new(layout.right_width_px),
            drawer: RwSignal::new(None),
            right_seen: RwSignal::new(false),
            artifact: RwSignal::new(None),
            opener: StoredValue::new(None),
        }
    }

    /// Keeps the cookie in step with how the panes stand, and the panes with the window.
    pub(crate) fn follow(self) {
        Effect::new(move |earlier: Option<PaneLayout>| {
            let layout = PaneLayout {
                left_open: self.left_open.get(),
                left_width_px: self.left_width_px.get(),
                right_open: self.right_open.get(),
                right_width_px: self.right_width_px.get(),
            };
            if earlier.is_some_and(|earlier| earlier != layout) {
                dom::set_cookie(PANES_COOKIE, &layout.to_cookie());
            }
            layout
        });
        let look = move || {
            let drawer = self.drawer.get_untracked();
            let (is_narrow, is_middling) = (dom::media_matches(NARROW), dom::media_matches(MIDDLING));
            let is_beside = match drawer {
                Some(Drawer::Left) => !is_narrow,
                Some(Drawer::Right) => !is_middling,
                None => false,
            };
            if is_beside {
                self.drawer.set(None);
            }
            let is_seen =
                if is_middling { drawer == Some(Drawer::Right) } else { self.right_open.get_untracked() };
            if self.right_seen.get_untracked() != is_seen {
                self.right_seen.set(is_seen);
            }
        };
        Effect::new(move |_| {
            self.right_open.track();
            self.drawer.track();
            look();
        });
        Effect::new(move |_| {
            let listener = window_event_listener(ev::resize, move |_| look());
            on_cleanup(move || listener.remove());
        });
    }

    /// Shows or hides the list of conversations.
    pub fn toggle_left(self) {
        if dom::media_matches(NARROW) {
            self.toggle_drawer(Drawer::Left);
        } else {
            dom::hand_focus_on(LEFT_ID, ".page-header-left button");
            self.left_open.update(|open| *open = !*open);
        }
    }

    /// Shows or hides the artifact panel.
    pub fn toggle_right(self) {
        if dom::media_matches(MIDDLING) {
            self.toggle_drawer(Drawer::Right);
        } else {
            dom::hand_focus_on(RIGHT_ID, ".page-header-right button");
            self.right_open.update(|open| *open = !*open);
        }
    }

    /// Shows an artifact in the panel.
    pub fn show_artifact(self, id: ArtifactId) {
        self.artifact.set(Some(id));
        if dom::media_matches(MIDDLING) {
            self.open_drawer(Drawer::Right);
        } else {
            self.right_open.set(true);
        }
    }

    /// Closes whatever lies over the chat and gives the focus back to what opened it; says whether
    /// there was anything.
    pub fn close_drawer(self) -> bool {
        let was_open = self.forget_drawer();
        let opener = self.opener.try_update_value(Option::take).flatten();
        if let (true, Some(opener)) = (was_open, opener) {
            // What lies below takes the focus only once it is no longer inert.
            request_animation_frame(move || {
                let _ = opener.focus();
            });
        }
        was_open
    }

    /// Closes whatever lies over the chat because the page below it has changed.
    pub fn leave_drawer(self) {
        if self.forget_drawer() {
            self.opener.set_value(None);
            dom::focus_soon("main");
        }
    }

    fn forget_drawer(self) -> bool {
        let was_open = self.drawer.get_untracked().is_some();
        if was_open {
            self.drawer.set(None);
        }
        was_open
    }

    fn toggle_drawer(self, drawer: Drawer) {
        if self.drawer.get_untracked() == Some(drawer) {
            self.close_drawer();
        } else {
            self.open_drawer(drawer);
        }
    }

    fn open_drawer(self, drawer: Drawer) {
        if self.drawer.get_untracked().is_none() {
            self.opener.set_value(dom::focused().map(SendWrapper::new));
        }
        self.drawer.set(Some(drawer));
        dom::focus_soon(match drawer {
            Drawer::Left => LEFT_ID,
            Drawer::Right => RIGHT_ID,
        });
    }
}
