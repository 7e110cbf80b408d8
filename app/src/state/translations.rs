//! Messages in the current language.

use super::Preferences;
use leptos::prelude::*;
use penny_types::Locale;

/// Returns the current language as a signal.
#[must_use]
pub fn use_locale() -> RwSignal<Locale> {
    use_context::<Preferences>().map_or_else(|| RwSignal::new(Locale::En), |preferences| preferences.locale)
}

/// Returns a reactive message, for texts and attributes of views.
pub fn tr(key: &'static str) -> impl Fn() -> String + Copy + Send + Sync + 'static {
    let locale = use_locale();
    move || penny_i18n::text(locale.get(), key, &[])
}

/// Returns a reactive message with arguments.
pub fn tr_with<const N: usize>(
    key: &'static str,
    args: impl Fn() -> [(&'static str, String); N] + Clone + Send + Sync + 'static,
) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let locale = use_locale();
    move || format_message(locale.get(), key, &args())
}

/// Returns a message in the current language without tracking it, for toasts.
#[must_use]
pub fn tr_untracked(locale: RwSignal<Locale>, key: &str) -> String {
    penny_i18n::text(locale.get_untracked(), key, &[])
}

/// Returns a message with arguments in the current language without tracking it.
#[must_use]
pub fn tr_with_untracked<const N: usize>(
    locale: RwSignal<Locale>,
    key: &str,
    args: [(&'static str, String); N],
) -> String {
    format_message(locale.get_untracked(), key, &args)
}

fn format_message<const N: usize>(locale: Locale, key: &str, args: &[(&'static str, String); N]) -> String {
    penny_i18n::text(locale, key, &args.each_ref().map(|(name, value)| (*name, value.as_str())))
}
