//! Language, colours and time zone: applied at once, and stored in cookies and in the user's account.

use super::{Toasts, use_viewer};
use crate::{
    api::{Api, use_api},
    page_context::{LOCALE_COOKIE, PageContext, SCHEME_COOKIE},
    ui::dom,
};
use leptos::{prelude::*, task::spawn_local};
use penny_types::{
    ColorScheme, Locale,
    people::{PreferencesPatch, ViewerView},
};

/// Preferences of the user.
#[derive(Clone, Copy)]
pub struct Preferences {
    pub locale: RwSignal<Locale>,
    pub scheme: RwSignal<ColorScheme>,
    /// IANA name of the time zone.
    pub time_zone: RwSignal<String>,
    viewer: RwSignal<Option<ViewerView>>,
    api: StoredValue<Api>,
    toasts: Toasts,
}

/// Returns the preferences of the user.
#[must_use]
pub fn use_preferences() -> Preferences {
    use_context::<Preferences>().unwrap_or_else(|| Preferences::new(&PageContext::default()))
}

impl Preferences {
    pub(super) fn new(context: &PageContext) -> Self {
        let time_zone =
            context.viewer.as_ref().map_or_else(|| "UTC".to_owned(), |viewer| viewer.time_zone.clone());
        let locale = RwSignal::new(context.locale);
        Self {
            locale,
            scheme: RwSignal::new(context.color_scheme),
            time_zone: RwSignal::new(time_zone),
            viewer: use_viewer(),
            api: StoredValue::new(use_api()),
            toasts: Toasts::new(locale),
        }
    }

    /// Applies changes to the root element and stores them in cookies.
    pub(crate) fn sync_document(self) {
        Effect::new(move |earlier: Option<Locale>| {
            let locale = self.locale.get();
            dom::set_root_attribute("lang", locale.as_str());
            if earlier.is_some_and(|earlier| earlier != locale) {
                dom::set_cookie(LOCALE_COOKIE, locale.as_str());
            }
            locale
        });
        Effect::new(move |earlier: Option<ColorScheme>| {
            let scheme = self.scheme.get();
            dom::set_root_attribute("data-theme", scheme.as_str());
            if earlier.is_some_and(|earlier| earlier != scheme) {
                dom::set_cookie(SCHEME_COOKIE, scheme.as_str());
            }
            scheme
        });
    }

    pub fn set_locale(self, locale: Locale) {
        self.locale.set(locale);
        self.store(PreferencesPatch { locale: Some(locale), ..PreferencesPatch::default() });
    }

    pub fn set_scheme(self, scheme: ColorScheme) {
        self.scheme.set(scheme);
        self.store(PreferencesPatch { color_scheme: Some(scheme), ..PreferencesPatch::default() });
    }

    pub fn set_time_zone(self, zone: String) {
        self.time_zone.set(zone.clone());
        self.store(PreferencesPatch { time_zone: Some(zone), ..PreferencesPatch::default() });
    }

    /// Returns the toasts, which use the same language.
    pub(super) const fn toasts(self) -> Toasts {
        self.toasts
    }

    /// Stores a preference in the account of a signed-in user; for anonymous users only the cookie is stored.
    fn store(self, patch: PreferencesPatch) {
        if self.viewer.read_untracked().is_none() {
            return;
        }
        let api = self.api.get_value();
        spawn_local(async move {
            match api.update_preferences(&patch).await {
                Ok(now) => self.viewer.set(Some(now)),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }
}
