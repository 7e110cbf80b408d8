//! What the server knows about a request and the page needs before it can draw anything.
//!
//! The browser is told the same in a JSON element of the page and never guesses: language, colours,
//! "now" and the sizes of the panes are those the server rendered with, so nothing jumps or flashes.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use penny_types::{ColorScheme, Locale, people::ViewerView, tenants::BrandView};
use serde::{Deserialize, Serialize};

/// Cookie that holds the language, as [`Locale::as_str`].
pub const LOCALE_COOKIE: &str = "penny_locale";
/// Cookie that holds the colour scheme, as [`ColorScheme::as_str`].
pub const SCHEME_COOKIE: &str = "penny_scheme";
/// Cookie that holds the sizes of the panes, as [`PaneLayout::to_cookie`].
pub const PANES_COOKIE: &str = "penny_panes";
/// Id of the element that carries the facts to the browser.
pub const FACTS_ELEMENT: &str = "penny-facts";

/// Everything the page must know before its first byte. The server provides it as a context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestFacts {
    /// The language: the viewer's, else the cookie's, else `Accept-Language`'s.
    pub locale: Locale,
    /// The colour scheme: the viewer's, else the cookie's, else [`ColorScheme::System`].
    pub color_scheme: ColorScheme,
    /// The look of the tenant the host name belongs to.
    pub brand: BrandView,
    /// The moment the page is rendered for.
    pub now: DateTime<Utc>,
    /// Minutes to add to UTC for the viewer's time zone at `now`.
    pub utc_offset_minutes: i32,
    /// Who is signed in.
    pub viewer: Option<ViewerView>,
    /// How the panes stand, from the cookie [`PANES_COOKIE`].
    pub panes: PaneLayout,
    /// The ways to sign in.
    pub sign_in: SignInMethods,
}

impl Default for RequestFacts {
    fn default() -> Self {
        Self {
            locale: Locale::En,
            color_scheme: ColorScheme::System,
            brand: default_brand(),
            now: DateTime::UNIX_EPOCH,
            utc_offset_minutes: 0,
            viewer: None,
            panes: PaneLayout::default(),
            sign_in: SignInMethods::default(),
        }
    }
}

/// Returns the look of an installation that has none of its own.
#[must_use]
pub fn default_brand() -> BrandView {
    BrandView {
        product_name: "PENNY".to_owned(),
        company_name: "PENNY".to_owned(),
        logo_url: None,
        accent: "#0f6b5c".to_owned(),
        on_accent: "#ffffff".to_owned(),
        font_family: None,
        radius_px: 8,
    }
}

/// The ways to sign in that are open here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInMethods {
    /// Whether e-mail and password are accepted at `/auth/password`.
    pub password: bool,
    /// The identity providers.
    pub providers: Vec<SignInProvider>,
}

/// An identity provider to sign in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInProvider {
    /// Its word in `/auth/oidc/{slug}/start`.
    pub slug: String,
    /// What people call it.
    pub name: String,
}

/// How the panes stand: remembered in a cookie so that the first paint is already right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaneLayout {
    /// Whether the list of conversations is shown.
    pub left_open: bool,
    /// Width of the list of conversations, CSS pixels.
    pub left_width_px: u32,
    /// Whether the artifact panel stands beside the chat, where there is room for it.
    pub right_open: bool,
    /// Width of the artifact panel, CSS pixels.
    pub right_width_px: u32,
}

impl Default for PaneLayout {
    fn default() -> Self {
        Self { left_open: true, left_width_px: 272, right_open: true, right_width_px: 440 }
    }
}

impl PaneLayout {
    /// Bounds of the list's width.
    pub const LEFT_PX: (u32, u32) = (216, 420);
    /// Bounds of the artifact panel's width.
    pub const RIGHT_PX: (u32, u32) = (340, 960);

    /// Writes the value of the cookie: `<left open>.<width>.<right open>.<width>`.
    #[must_use]
    pub fn to_cookie(self) -> String {
        let Self { left_open, left_width_px, right_open, right_width_px } = self;
        format!("{}.{left_width_px}.{}.{right_width_px}", u8::from(left_open), u8::from(right_open))
    }

    /// Reads the value of the cookie; what cannot be read is as it is by default.
    #[must_use]
    pub fn from_cookie(value: &str) -> Self {
        let mut pieces = value.split('.').map(|piece| piece.parse::<u32>().ok());
        let mut next = || pieces.next().flatten();
        let fallback = Self::default();
        let (left_open, left, right_open, right) = (next(), next(), next(), next());
        let bounded = |px: Option<u32>, (low, high), usual| px.map_or(usual, |px: u32| px.clamp(low, high));
        Self {
            left_open: left_open.map_or(fallback.left_open, |open| open != 0),
            left_width_px: bounded(left, Self::LEFT_PX, fallback.left_width_px),
            right_open: right_open.map_or(fallback.right_open, |open| open != 0),
            right_width_px: bounded(right, Self::RIGHT_PX, fallback.right_width_px),
        }
    }
}

/// The preferences a browser sends along in cookies, for people who are not signed in and for the panes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CookiePreferences {
    /// The language, when the cookie names one.
    pub locale: Option<Locale>,
    /// The colour scheme, when the cookie names one.
    pub color_scheme: Option<ColorScheme>,
    /// How the panes stand.
    pub panes: PaneLayout,
}

impl CookiePreferences {
    /// Reads a `Cookie` header.
    #[must_use]
    pub fn from_header(header: &str) -> Self {
        let mut found = Self::default();
        for (name, value) in header.split(';').filter_map(|pair| pair.trim().split_once('=')) {
            match name {
                LOCALE_COOKIE => found.locale = value.parse().ok(),
                SCHEME_COOKIE => found.color_scheme = value.parse().ok(),
                PANES_COOKIE => found.panes = PaneLayout::from_cookie(value),
                _ => {}
            }
        }
        found
    }
}

/// Where the built browser files are, as the site's `manifest.json` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteAssets {
    /// The JavaScript that starts the page.
    pub js: String,
    /// The page's code.
    pub wasm: String,
    /// The styles.
    pub css: String,
    /// Libraries loaded when needed, by name (`echarts`, `mermaid`).
    pub modules: std::collections::BTreeMap<String, String>,
    /// Further modules worth fetching early.
    pub preload: Vec<String>,
    /// Fonts every page shows.
    pub fonts: Vec<String>,
}

/// Sets the HTTP status of the response that is being rendered.
#[derive(Clone)]
pub struct StatusSink(std::sync::Arc<dyn Fn(u16) + Send + Sync>);

impl StatusSink {
    /// Makes one from what sets the status.
    pub fn new(set: impl Fn(u16) + Send + Sync + 'static) -> Self {
        Self(std::sync::Arc::new(set))
    }

    /// Sets the status.
    pub fn set(&self, status: u16) {
        (self.0)(status);
    }
}

/// Answers with this HTTP status, while the server renders; does nothing in the browser.
pub fn answer_with_status(status: u16) {
    if let Some(sink) = use_context::<StatusSink>() {
        sink.set(status);
    }
}

/// What the browser is told: the facts and the addresses of the libraries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Handover {
    pub facts: RequestFacts,
    pub modules: std::collections::BTreeMap<String, String>,
}

/// Returns the facts this page was rendered with: on the server from the context, in the browser
/// from the page.
pub(crate) fn handover() -> Handover {
    if let Some(facts) = use_context::<RequestFacts>() {
        let modules = use_context::<SiteAssets>().unwrap_or_default().modules;
        return Handover { facts, modules };
    }
    from_page().unwrap_or_else(|| Handover { facts: RequestFacts::default(), modules: Default::default() })
}

#[cfg(feature = "hydrate")]
fn from_page() -> Option<Handover> {
    let text = document().get_element_by_id(FACTS_ELEMENT)?.text_content()?;
    serde_json::from_str(&text).ok()
}

#[cfg(not(feature = "hydrate"))]
const fn from_page() -> Option<Handover> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pane_cookie_reads_back_and_bad_ones_fall_back() {
        for (left_open, right_open) in [(false, true), (true, false)] {
            let layout = PaneLayout { left_open, left_width_px: 300, right_open, right_width_px: 700 };
            assert_eq!(PaneLayout::from_cookie(&layout.to_cookie()), layout);
        }
        assert_eq!(PaneLayout::from_cookie("nonsense"), PaneLayout::default());
        assert_eq!(PaneLayout::from_cookie("1.999999.0").left_width_px, PaneLayout::LEFT_PX.1);
    }

    #[test]
    fn cookies_name_language_and_colours() {
        let found =
            CookiePreferences::from_header("a=b; penny_locale=es;penny_scheme=dark; penny_panes=0.250.1.600");
        assert_eq!(found.locale, Some(Locale::Es));
        assert_eq!(found.color_scheme, Some(ColorScheme::Dark));
        assert!(!found.panes.left_open);
        assert_eq!(CookiePreferences::from_header("penny_locale=xx").locale, None);
    }
}
