//! Sentences in the reader's language, which change with it.

use super::Preferences;
use leptos::prelude::*;
use penny_types::Locale;

/// Returns the reader's language, as a signal.
#[must_use]
pub fn use_locale() -> RwSignal<Locale> {
    use_context::<Preferences>().map_or_else(|| RwSignal::new(Locale::En), |preferences| preferences.locale)
}

/// Returns a sentence that follows the reader's language; for texts and attributes of views.
pub fn tr(key: &'static str) -> impl Fn() -> String + Copy + Send + Sync + 'static {
    let locale = use_locale();
    move || penny_words::text(locale.get(), key, &[])
}

/// Returns a sentence with arguments that follows the reader's language and what the arguments read.
pub fn tr_with<const N: usize>(
    key: &'static str,
    args: impl Fn() -> [(&'static str, String); N] + Clone + Send + Sync + 'static,
) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let locale = use_locale();
    move || fill(locale.get(), key, &args())
}

/// Returns a sentence in the reader's language of this moment; for notices, not for views.
#[must_use]
pub fn say(locale: RwSignal<Locale>, key: &str) -> String {
    penny_words::text(locale.get_untracked(), key, &[])
}

/// Returns a sentence with arguments in the reader's language of this moment.
#[must_use]
pub fn say_with<const N: usize>(
    locale: RwSignal<Locale>,
    key: &str,
    args: [(&'static str, String); N],
) -> String {
    fill(locale.get_untracked(), key, &args)
}

fn fill<const N: usize>(locale: Locale, key: &str, args: &[(&'static str, String); N]) -> String {
    penny_words::text(locale, key, &args.each_ref().map(|(name, value)| (*name, value.as_str())))
}
