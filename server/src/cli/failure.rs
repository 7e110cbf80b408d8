//! What goes wrong, in the words of the person at the terminal.

use anyhow::anyhow;
use penny_core::{fault::ToFault, identity};
use penny_types::{FaultCode, Locale};
use penny_words::keys;

/// Puts a room's error into a person's words, and nothing beside them. A failure of ours keeps its
/// causes: here nobody else will read them.
pub(super) fn in_words<E>(locale: Locale) -> impl Fn(E) -> anyhow::Error
where
    E: ToFault + std::error::Error + Send + Sync + 'static,
{
    move |error| {
        let fault = error.to_fault();
        if matches!(fault.code, FaultCode::Internal | FaultCode::Unavailable | FaultCode::StorageFull) {
            return error.into();
        }
        let fields = fault.fields.iter().map(|field| penny_words::field_fault(locale, field));
        let words = fields.collect::<Vec<_>>().join(" ");
        anyhow!(if words.is_empty() { penny_words::fault(locale, &fault) } else { words })
    }
}

/// Says that nobody has an address, when that is what went wrong.
pub(super) fn no_account(locale: Locale, email: &str) -> impl Fn(identity::Error) -> anyhow::Error {
    move |error| match error {
        identity::Error::NotFound => {
            anyhow!(penny_words::text(locale, keys::CLI_NO_ACCOUNT, &[("email", email)]))
        }
        other => in_words(locale)(other),
    }
}
