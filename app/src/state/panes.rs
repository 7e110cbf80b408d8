//! State of the three panes.
//!
//! On wide screens the panes are shown side by side and their state is stored in a cookie. On narrow screens
//! the outer panes are drawers over the chat, initially closed. The server does not know the width of the
//! window: it renders the stored state, and the style sheet applies the same breakpoints as this module.

use crate::{
    page_context::{PANES_COOKIE, PaneLayout},
    ui::dom,
};
use leptos::{ev, prelude::*};
use penny_types::ArtifactId;
use send_wrapper::SendWrapper;
use web_sys::HtmlElement;

/// Up to this width the conversation list is a drawer; `style/shell.css` has the same breakpoint.
const NARROW: &str = "(max-width: 899px)";
/// Up to this width the artifact panel is a drawer; `style/shell.css` has the same breakpoint.
const MEDIUM: &str = "(max-width: 1199px)";
/// DOM id of the conversation list.
pub const LEFT_ID: &str = "conversations";
/// DOM id of the artifact panel.
pub const RIGHT_ID: &str = "artifacts";

/// A drawer over the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawer {
    /// The conversation list.
    Left,
    /// The artifact panel.
    Right,
}

/// Visibility and width of the panes, and the artifact in the artifact panel.
#[derive(Debug, Clone, Copy)]
pub struct Panes {
    /// Whether the conversation list is shown beside the chat on wide screens.
    pub left_open: RwSignal<bool>,
    /// Width of the conversation list, CSS pixels.
    pub left_width_px: RwSignal<u32>,
    /// Whether the artifact panel is shown beside the chat on wide screens.
    pub right_open: RwSignal<bool>,
    /// Width of the artifact panel, CSS pixels.
    pub right_width_px: RwSignal<u32>,
    /// The open drawer on narrow screens.
    pub drawer: RwSignal<Option<Drawer>>,
    /// Whether the artifact panel is visible; false until the page is hydrated.
    pub is_right_visible: RwSignal<bool>,
    /// The artifact shown in the panel.
    pub artifact: RwSignal<Option<ArtifactId>>,
    /// The element that had the focus when the drawer was opened.
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
            is_right_visible: RwSignal::new(false),
            artifact: RwSignal::new(None),
            opener: StoredValue::new(None),
        }
    }

    /// Stores changes in the cookie and updates the panes when the window is resized.
    pub(crate) fn sync_with_window(self) {
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
        let update_visibility = move || {
            let drawer = self.drawer.get_untracked();
            let (is_narrow, is_medium) = (dom::media_matches(NARROW), dom::media_matches(MEDIUM));
            let is_beside = match drawer {
                Some(Drawer::Left) => !is_narrow,
                Some(Drawer::Right) => !is_medium,
                None => false,
            };
            if is_beside {
                self.drawer.set(None);
            }
            let is_visible =
                if is_medium { drawer == Some(Drawer::Right) } else { self.right_open.get_untracked() };
            if self.is_right_visible.get_untracked() != is_visible {
                self.is_right_visible.set(is_visible);
            }
        };
        Effect::new(move |_| {
            self.right_open.track();
            self.drawer.track();
            update_visibility();
        });
        Effect::new(move |_| {
            let listener = window_event_listener(ev::resize, move |_| update_visibility());
            on_cleanup(move || listener.remove());
        });
    }

    /// Shows or hides the conversation list.
    pub fn toggle_left(self) {
        if dom::media_matches(NARROW) {
            self.toggle_drawer(Drawer::Left);
        } else {
            dom::move_focus_out(LEFT_ID, ".page-header-left button");
            self.left_open.update(|open| *open = !*open);
        }
    }

    /// Shows or hides the artifact panel.
    pub fn toggle_right(self) {
        if dom::media_matches(MEDIUM) {
            self.toggle_drawer(Drawer::Right);
        } else {
            dom::move_focus_out(RIGHT_ID, ".page-header-right button");
            self.right_open.update(|open| *open = !*open);
        }
    }

    /// Shows an artifact in the panel.
    pub fn show_artifact(self, id: ArtifactId) {
        self.artifact.set(Some(id));
        if dom::media_matches(MEDIUM) {
            self.open_drawer(Drawer::Right);
        } else {
            self.right_open.set(true);
        }
    }

    /// Closes the drawer and restores the focus to the element that opened it. Returns whether a drawer was open.
    pub fn close_drawer(self) -> bool {
        let was_open = self.clear_drawer();
        let opener = self.opener.try_update_value(Option::take).flatten();
        if let (true, Some(opener)) = (was_open, opener) {
            // The element is focusable only after the page below the drawer is no longer inert.
            request_animation_frame(move || {
                let _ = opener.focus();
            });
        }
        was_open
    }

    /// Closes the drawer after navigation and moves the focus to the new page.
    pub fn dismiss_drawer(self) {
        if self.clear_drawer() {
            self.opener.set_value(None);
            dom::focus_soon("main");
        }
    }

    fn clear_drawer(self) -> bool {
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
