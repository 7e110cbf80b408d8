//! Translated messages and locale-dependent formatting.
//!
//! The catalogues are Fluent files, `locales/<language>/<area>.ftl`. The build fails when a language
//! lacks a message or a message takes other arguments than in English. Each message has a constant in
//! [`keys`], whose documentation is its English text. [`formats`] formats numbers and dates.
//!
//! ```
//! use penny_types::Locale;
//! assert_eq!(penny_i18n::text(Locale::Es, penny_i18n::keys::FAULT_NOT_FOUND, &[]), "No existe o no tienes acceso.");
//! ```

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use penny_types::{Fault, FieldFault, Locale};
use std::{collections::BTreeMap, sync::OnceLock};
use unic_langid::{LanguageIdentifier, langid};

pub mod formats;

/// One constant per message: the key to pass to [`text`].
pub mod keys {
    include!(concat!(env!("OUT_DIR"), "/keys.rs"));
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

type Bundle = FluentBundle<FluentResource>;

/// Returns the message of a key, with its arguments inserted.
///
/// Arguments named `count` or `*_count` are parsed as numbers and select plural forms; all others are
/// inserted unchanged. An unknown key is returned itself, so that a missing message never breaks a page.
#[must_use]
pub fn text(locale: Locale, key: &str, args: &[(&str, &str)]) -> String {
    find(locale, key, args.iter().copied()).unwrap_or_else(|| key.to_owned())
}

/// Returns the message of a fault: the one of its message key, else the one of its code. The argument
/// `fields` holds the messages of its field faults.
#[must_use]
pub fn fault(locale: Locale, fault: &Fault) -> String {
    let field_text = |field: &FieldFault| format!("{}: {}", field.field, field_fault(locale, field));
    let fields = fault.fields.iter().map(field_text).collect::<Vec<_>>().join(" ");
    find(locale, &fault.message_key, borrowed(&fault.args).chain([("fields", fields.as_str())]))
        .unwrap_or_else(|| text(locale, fault.code.message_key(), &[]))
}

/// Returns the message of a field that failed validation.
#[must_use]
pub fn field_fault(locale: Locale, fault: &FieldFault) -> String {
    find(locale, &fault.message_key, borrowed(&fault.args))
        .unwrap_or_else(|| text(locale, keys::FAULT_INVALID, &[]))
}

fn borrowed(args: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    args.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn find<'a>(locale: Locale, key: &str, args: impl Iterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let bundle = bundle(locale);
    let pattern = bundle.get_message(key)?.value()?;
    let mut values = FluentArgs::new();
    for (name, value) in args {
        let value = if is_count(name) { FluentValue::try_number(value) } else { FluentValue::from(value) };
        values.set(name, value);
    }
    // The only possible error is a missing argument, which Fluent renders as its name.
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned())
}

/// Returns whether an argument is a number; `build.rs` applies the same rule.
fn is_count(argument: &str) -> bool {
    argument == "count" || argument.ends_with("_count")
}

/// Returns the bundle of a locale, parsed on first use.
fn bundle(locale: Locale) -> &'static Bundle {
    static ENGLISH: OnceLock<Bundle> = OnceLock::new();
    static SPANISH: OnceLock<Bundle> = OnceLock::new();
    match locale {
        Locale::En => ENGLISH.get_or_init(|| parse(langid!("en"), EN)),
        Locale::Es => SPANISH.get_or_init(|| parse(langid!("es"), ES)),
    }
}

fn parse(language: LanguageIdentifier, source: &str) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(parsed, _)| parsed);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests;
