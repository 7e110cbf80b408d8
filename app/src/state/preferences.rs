//! Language and colours: they change at once, and are stored where the server finds them.

use super::{Toasts, use_viewer};
use crate::{
    api::{Api, use_api},
    facts::{LOCALE_COOKIE, RequestFacts, SCHEME_COOKIE},
    ui::dom,
};
use leptos::{prelude::*, task::spawn_local};
use penny_types::{
    ColorScheme, Locale,
    people::{PreferencesPatch, ViewerView},
};

/// How the reader wants to see the page.
#[derive(Clone, Copy)]
pub struct Preferences {
    /// The language.
    pub locale: RwSignal<Locale>,
    /// The colour scheme.
    pub scheme: RwSignal<ColorScheme>,
    /// IANA name of the time zone.
    pub time_zone: RwSignal<String>,
    viewer: RwSignal<Option<ViewerView>>,
    api: StoredValue<Api>,
    toasts: Toasts,
}

/// Returns how the reader wants to see the page.
#[must_use]
pub fn use_preferences() -> Preferences {
    use_context::<Preferences>().unwrap_or_else(|| Preferences::new(&RequestFacts::default()))
}

impl Preferences {
    pub(super) fn new(facts: &RequestFacts) -> Self {
        let time_zone =
            facts.viewer.as_ref().map_or_else(|| "UTC".to_owned(), |viewer| viewer.time_zone.clone());
        let locale = RwSignal::new(facts.locale);
        Self {
            locale,
            scheme: RwSignal::new(facts.color_scheme),
            time_zone: RwSignal::new(time_zone),
            viewer: use_viewer(),
            api: StoredValue::new(use_api()),
            toasts: Toasts::new(locale),
        }
    }

    /// Keeps the document's element and the cookies in step with the signals.
    pub(crate) fn follow(self) {
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

    /// Changes the language.
    pub fn set_locale(self, locale: Locale) {
        self.locale.set(locale);
        self.store(PreferencesPatch { locale: Some(locale), ..PreferencesPatch::default() });
    }

    /// Changes the colours.
    pub fn set_scheme(self, scheme: ColorScheme) {
        self.scheme.set(scheme);
        self.store(PreferencesPatch { color_scheme: Some(scheme), ..PreferencesPatch::default() });
    }

    /// Changes the time zone.
    pub fn set_time_zone(self, zone: String) {
        self.time_zone.set(zone.clone());
        self.store(PreferencesPatch { time_zone: Some(zone), ..PreferencesPatch::default() });
    }

    /// Returns the notices, which speak the same language.
    pub(super) const fn toasts(self) -> Toasts {
        self.toasts
    }

    /// Stores a preference for somebody who is signed in; the cookie serves everybody else.
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
