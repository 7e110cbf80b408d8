//! Every sentence PENNY shows, in every language it speaks.
//!
//! The catalogues are Fluent files under `locales/<language>/<area>.ftl`, the same set in each
//! language; the build fails when one lacks a message or takes other arguments. Each message has a
//! constant in [`keys`], whose documentation is its English text.
//!
//! ```
//! use penny_types::Locale;
//! assert_eq!(penny_words::text(Locale::Es, penny_words::keys::FAULT_NOT_FOUND, &[]), "No existe o no tienes acceso.");
//! ```

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use penny_types::{Fault, FieldFault, Locale};
use std::{collections::BTreeMap, sync::OnceLock};
use unic_langid::{LanguageIdentifier, langid};

pub mod figures;

/// One constant a message: the key to pass to [`text`].
pub mod keys {
    include!(concat!(env!("OUT_DIR"), "/keys.rs"));
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

type Bundle = FluentBundle<FluentResource>;

/// Returns the sentence for a key, with its arguments filled in.
///
/// Arguments called `count`, or whose name ends in `_count`, are read as numbers and choose plurals;
/// all others are inserted as they are. An unknown key gives itself: a page with a bare key is
/// better than no page.
#[must_use]
pub fn text(locale: Locale, key: &str, args: &[(&str, &str)]) -> String {
    find(locale, key, args.iter().copied()).unwrap_or_else(|| key.to_owned())
}

/// Returns the sentence about a fault: its own when there is one, else its code's. A sentence that takes
/// `fields` gets what is wrong with each of them.
#[must_use]
pub fn fault(locale: Locale, fault: &Fault) -> String {
    let told = |field: &FieldFault| format!("{}: {}", field.field, field_fault(locale, field));
    let fields = fault.fields.iter().map(told).collect::<Vec<_>>().join(" ");
    find(locale, &fault.message_key, borrowed(&fault.args).chain([("fields", fields.as_str())]))
        .unwrap_or_else(|| text(locale, fault.code.message_key(), &[]))
}

/// Returns the sentence about a field that breaks a rule.
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
    // What Fluent calls an error here is a missing argument; it shows as its name, which a test sees.
    let mut ignored = Vec::new();
    Some(bundle.format_pattern(pattern, Some(&values), &mut ignored).into_owned())
}

/// Says whether an argument is a number; `build.rs` checks plurals by the same rule.
fn is_count(argument: &str) -> bool {
    argument == "count" || argument.ends_with("_count")
}

/// Returns a language's bundle, parsed at first use.
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
