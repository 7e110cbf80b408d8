//! Request data that the page needs before it renders: viewer, locale, colours, time, pane sizes.
//!
//! The server embeds the same data as JSON in the document, so that hydration renders exactly what the
//! server rendered.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use penny_types::{ColorScheme, Locale, people::ViewerView, tenants::BrandView};
use serde::{Deserialize, Serialize};

/// Cookie with the language, as [`Locale::as_str`].
pub const LOCALE_COOKIE: &str = "penny_locale";
/// Cookie with the colour scheme, as [`ColorScheme::as_str`].
pub const SCHEME_COOKIE: &str = "penny_scheme";
/// Cookie with the pane layout, as [`PaneLayout::to_cookie`].
pub const PANES_COOKIE: &str = "penny_panes";
/// Id of the JSON element with the [`BootstrapData`].
pub const BOOTSTRAP_ELEMENT: &str = "penny-facts";

/// Request data for rendering a page. The server provides it as a context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageContext {
    /// The viewer's language, else the cookie's, else the one of `Accept-Language`.
    pub locale: Locale,
    /// The viewer's colour scheme, else the cookie's, else [`ColorScheme::System`].
    pub color_scheme: ColorScheme,
    /// Brand of the tenant of the host name.
    pub brand: BrandView,
    /// Current time.
    pub now: DateTime<Utc>,
    /// UTC offset of the viewer's time zone at `now`, minutes.
    pub utc_offset_minutes: i32,
    /// The signed-in user.
    pub viewer: Option<ViewerView>,
    /// Pane layout from the cookie [`PANES_COOKIE`].
    pub panes: PaneLayout,
    pub sign_in: SignInMethods,
}

impl Default for PageContext {
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

/// Returns the brand of a tenant without its own.
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

/// Available sign-in methods.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInMethods {
    /// Whether e-mail and password are accepted at `/auth/password`.
    pub password: bool,
    pub providers: Vec<SignInProvider>,
}

/// An OpenID Connect identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInProvider {
    /// Path segment of `/auth/oidc/{slug}/start`.
    pub slug: String,
    pub name: String,
}

/// Layout of the panes, stored in a cookie so that the server can render it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaneLayout {
    /// Whether the conversation list is shown.
    pub left_open: bool,
    /// Width of the conversation list, CSS pixels.
    pub left_width_px: u32,
    /// Whether the artifact panel is shown beside the chat on wide screens.
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
    /// Minimum and maximum width of the conversation list, CSS pixels.
    pub const LEFT_PX: (u32, u32) = (216, 420);
    /// Minimum and maximum width of the artifact panel, CSS pixels.
    pub const RIGHT_PX: (u32, u32) = (340, 960);

    /// Formats the cookie value: `<left open>.<width>.<right open>.<width>`.
    #[must_use]
    pub fn to_cookie(self) -> String {
        let Self { left_open, left_width_px, right_open, right_width_px } = self;
        format!("{}.{left_width_px}.{}.{right_width_px}", u8::from(left_open), u8::from(right_open))
    }

    /// Parses the cookie value; invalid parts fall back to the default.
    #[must_use]
    pub fn from_cookie(value: &str) -> Self {
        let mut parts = value.split('.').map(|part| part.parse::<u32>().ok());
        let mut next = || parts.next().flatten();
        let fallback = Self::default();
        let (left_open, left, right_open, right) = (next(), next(), next(), next());
        let bounded =
            |px: Option<u32>, (low, high), default| px.map_or(default, |px: u32| px.clamp(low, high));
        Self {
            left_open: left_open.map_or(fallback.left_open, |open| open != 0),
            left_width_px: bounded(left, Self::LEFT_PX, fallback.left_width_px),
            right_open: right_open.map_or(fallback.right_open, |open| open != 0),
            right_width_px: bounded(right, Self::RIGHT_PX, fallback.right_width_px),
        }
    }
}

/// Preferences from cookies: language and colour scheme of anonymous users, and the pane layout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CookiePreferences {
    pub locale: Option<Locale>,
    pub color_scheme: Option<ColorScheme>,
    pub panes: PaneLayout,
}

impl CookiePreferences {
    /// Parses a `Cookie` header.
    #[must_use]
    pub fn from_header(header: &str) -> Self {
        let mut preferences = Self::default();
        for (name, value) in header.split(';').filter_map(|pair| pair.trim().split_once('=')) {
            match name {
                LOCALE_COOKIE => preferences.locale = value.parse().ok(),
                SCHEME_COOKIE => preferences.color_scheme = value.parse().ok(),
                PANES_COOKIE => preferences.panes = PaneLayout::from_cookie(value),
                _ => {}
            }
        }
        preferences
    }
}

/// Paths of the built browser files, from the site's `manifest.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteAssets {
    /// JavaScript entry point.
    pub js: String,
    pub wasm: String,
    pub css: String,
    /// Lazily loaded JavaScript libraries by name (`echarts`, `mermaid`).
    pub modules: std::collections::BTreeMap<String, String>,
    /// Further modules to preload.
    pub preload: Vec<String>,
    /// Fonts to preload.
    pub fonts: Vec<String>,
}

/// Sets the HTTP status of the response that is being rendered.
#[derive(Clone)]
pub struct StatusSink(std::sync::Arc<dyn Fn(u16) + Send + Sync>);

impl StatusSink {
    pub fn new(set: impl Fn(u16) + Send + Sync + 'static) -> Self {
        Self(std::sync::Arc::new(set))
    }

    pub fn set(&self, status: u16) {
        (self.0)(status);
    }
}

/// Sets the HTTP status of the response during server rendering; does nothing in the browser.
pub fn set_response_status(status: u16) {
    if let Some(sink) = use_context::<StatusSink>() {
        sink.set(status);
    }
}

/// Data embedded in the document for hydration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BootstrapData {
    pub context: PageContext,
    /// See [`SiteAssets::modules`].
    pub modules: std::collections::BTreeMap<String, String>,
}

/// Returns the data this page is rendered with: on the server from the context, in the browser from the
/// document.
pub(crate) fn bootstrap_data() -> BootstrapData {
    if let Some(context) = use_context::<PageContext>() {
        let modules = use_context::<SiteAssets>().unwrap_or_default().modules;
        return BootstrapData { context, modules };
    }
    from_document()
        .unwrap_or_else(|| BootstrapData { context: PageContext::default(), modules: Default::default() })
}

#[cfg(feature = "hydrate")]
fn from_document() -> Option<BootstrapData> {
    let text = document().get_element_by_id(BOOTSTRAP_ELEMENT)?.text_content()?;
    serde_json::from_str(&text).ok()
}

#[cfg(not(feature = "hydrate"))]
const fn from_document() -> Option<BootstrapData> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pane_cookie_round_trips_and_invalid_values_fall_back() {
        for (left_open, right_open) in [(false, true), (true, false)] {
            let layout = PaneLayout { left_open, left_width_px: 300, right_open, right_width_px: 700 };
            assert_eq!(PaneLayout::from_cookie(&layout.to_cookie()), layout);
        }
        assert_eq!(PaneLayout::from_cookie("nonsense"), PaneLayout::default());
        assert_eq!(PaneLayout::from_cookie("1.999999.0").left_width_px, PaneLayout::LEFT_PX.1);
    }

    #[test]
    fn preferences_are_parsed_from_cookies() {
        let preferences =
            CookiePreferences::from_header("a=b; penny_locale=es;penny_scheme=dark; penny_panes=0.250.1.600");
        assert_eq!(preferences.locale, Some(Locale::Es));
        assert_eq!(preferences.color_scheme, Some(ColorScheme::Dark));
        assert!(!preferences.panes.left_open);
        assert_eq!(CookiePreferences::from_header("penny_locale=xx").locale, None);
    }
}
