//! The table of pages. The palette, the account menu, preloading, page titles, the server's check for a sign-in and
//! the accessibility test read it; a test compares it with the routes of [`super::App`].

use crate::{features::chat::preload_message_list, ui::Glyph};
use futures::future::LocalBoxFuture;
use penny_i18n::keys;
use serde::Serialize;

/// A page of the application.
#[derive(Debug, Clone, Copy)]
pub struct PageEntry {
    /// Identifier of the page, unique in the table.
    pub name: &'static str,
    /// Path pattern of the route; segments that start with `:` are parameters.
    pub path: &'static str,
    /// Path that matches the pattern, for tests that visit every page.
    pub example: &'static str,
    /// Message key of the title; `None` if the page shows the title of its data.
    pub title: Option<&'static str>,
    /// Icon of links to the page.
    pub glyph: Glyph,
    /// Loads the split-off code that the server's rendering of the page contains; does nothing on the server.
    pub preload: Option<fn() -> LocalBoxFuture<'static, ()>>,
    /// Entry in the palette; only for pages without parameters.
    pub palette: Option<PaletteLink>,
    pub group: NavigationGroup,
    pub access: PageAccess,
}

/// The palette entry of a page.
#[derive(Debug, Clone, Copy)]
pub struct PaletteLink {
    /// Message key of the label.
    pub label: &'static str,
    pub shortcut: Option<&'static str>,
}

/// Part of the navigation that links to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NavigationGroup {
    None,
    /// The left pane.
    Main,
    /// The account menu, which lists all pages of this group. They have a title and no parameters.
    Account,
}

/// Requirement for opening a page. The data of a page is authorized separately, by the server's services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageAccess {
    Public,
    SignedIn,
}

/// Returns the `preload` function of a page from the preload function that `#[lazy]` generates in browser builds.
macro_rules! preload {
    ($preload:path) => {
        Some(|| {
            Box::pin(async {
                #[cfg(feature = "hydrate")]
                $preload().await;
            })
        })
    };
}

pub const SIGN_IN: PageEntry = PageEntry {
    name: "sign-in",
    path: "/sign-in",
    example: "/sign-in",
    title: Some(keys::UI_SIGN_IN),
    glyph: Glyph::ShieldCheck,
    preload: preload!(super::pages::__preload_sign_in_view),
    palette: None,
    group: NavigationGroup::None,
    access: PageAccess::Public,
};

pub const SIGN_IN_LINK: PageEntry = PageEntry {
    name: "sign-in-link",
    path: "/auth/link/:secret",
    example: "/auth/link/not-a-secret",
    title: Some(keys::UI_SIGN_IN),
    glyph: Glyph::ShieldCheck,
    preload: preload!(super::pages::__preload_link_view),
    palette: None,
    group: NavigationGroup::None,
    access: PageAccess::Public,
};

pub const NEW_CHAT: PageEntry = PageEntry {
    name: "new-chat",
    path: "/",
    example: "/",
    title: Some(keys::CHAT_NEW_TITLE),
    glyph: Glyph::SquarePen,
    preload: None,
    palette: Some(PaletteLink { label: keys::UI_NEW_CHAT, shortcut: Some("Ctrl+Shift+O") }),
    group: NavigationGroup::Main,
    access: PageAccess::SignedIn,
};

pub const CONVERSATION: PageEntry = PageEntry {
    name: "conversation",
    path: "/c/:conversation_id",
    example: "/c/cnv_00000000000000000000000001",
    title: None,
    glyph: Glyph::MessageSquare,
    preload: Some(|| Box::pin(preload_message_list())),
    palette: None,
    group: NavigationGroup::Main,
    access: PageAccess::SignedIn,
};

pub const ARTIFACT: PageEntry = PageEntry {
    name: "artifact",
    path: "/a/:artifact_id",
    example: "/a/art_00000000000000000000000001",
    title: None,
    glyph: Glyph::File,
    preload: preload!(super::pages::__preload_artifact_view),
    palette: None,
    group: NavigationGroup::None,
    access: PageAccess::SignedIn,
};

pub const DASHBOARD: PageEntry = PageEntry {
    name: "dashboard",
    path: "/d/:slug",
    example: "/d/company-health",
    title: None,
    glyph: Glyph::LayoutDashboard,
    preload: preload!(super::pages::__preload_dashboard_view),
    palette: None,
    group: NavigationGroup::Main,
    access: PageAccess::SignedIn,
};

pub const SETTINGS: PageEntry = PageEntry {
    name: "settings",
    path: "/settings",
    example: "/settings",
    title: Some(keys::UI_SETTINGS),
    glyph: Glyph::Settings,
    preload: preload!(super::pages::__preload_settings_view),
    palette: Some(PaletteLink { label: keys::UI_COMMAND_SETTINGS, shortcut: None }),
    group: NavigationGroup::Account,
    access: PageAccess::SignedIn,
};

/// All pages, in the order of the palette and the account menu.
pub const PAGES: &[PageEntry] =
    &[SIGN_IN, SIGN_IN_LINK, NEW_CHAT, CONVERSATION, ARTIFACT, DASHBOARD, SETTINGS];

impl PageEntry {
    /// Returns the message key of the title; empty if the page shows the title of its data.
    #[must_use]
    pub const fn title_key(&self) -> &'static str {
        match self.title {
            Some(key) => key,
            None => "",
        }
    }

    /// Returns whether a path matches the pattern. Like the router, it ignores a slash at the end.
    fn matches(&self, path: &str) -> bool {
        let pattern = self.path.trim_matches('/').split('/');
        let segments = path.trim_matches('/').split('/');
        pattern.clone().count() == segments.clone().count()
            && pattern
                .zip(segments)
                .all(|(expected, segment)| expected.starts_with(':') || expected == segment)
    }
}

/// Returns the page at a path without query.
#[must_use]
pub fn find_page(path: &str) -> Option<&'static PageEntry> {
    PAGES.iter().find(|page| page.matches(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_by_its_example() {
        for page in PAGES {
            assert_eq!(find_page(page.example).map(|found| found.name), Some(page.name));
        }
        assert_eq!(find_page("/settings/").map(|page| page.name), Some("settings"));
        for unknown in ["/settings/tokens", "/c", "/there/is/nothing"] {
            assert!(find_page(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn pages_in_the_palette_or_the_account_menu_have_no_parameters() {
        for page in PAGES {
            let is_account = page.group == NavigationGroup::Account;
            let has_parameters = page.path.contains(':');
            assert!(!has_parameters || (page.palette.is_none() && !is_account), "{}", page.name);
            assert!(page.title.is_some() || !is_account, "{}", page.name);
        }
    }
}
