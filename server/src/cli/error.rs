//! Converts service errors into localised messages for the terminal.

use anyhow::anyhow;
use penny_core::identity;
use penny_i18n::keys;
use penny_kernel::fault::ToFault;
use penny_types::{FaultCode, Locale};

/// Converts a service error into its localised message. An internal or infrastructure error keeps its
/// causes instead: the operator who runs the command needs them.
pub(super) fn to_user_error<E>(locale: Locale) -> impl Fn(E) -> anyhow::Error
where
    E: ToFault + std::error::Error + Send + Sync + 'static,
{
    move |error| {
        let fault = error.to_fault();
        if matches!(fault.code, FaultCode::Internal | FaultCode::Unavailable | FaultCode::StorageFull) {
            return error.into();
        }
        let fields = fault.fields.iter().map(|field| penny_i18n::field_fault(locale, field));
        let message = fields.collect::<Vec<_>>().join(" ");
        anyhow!(if message.is_empty() { penny_i18n::fault(locale, &fault) } else { message })
    }
}

/// Like [`to_user_error`], but reports `NotFound` as a missing account with this e-mail address.
pub(super) fn account_not_found(
    locale: Locale,
    email: &str,
) -> impl Fn(identity::IdentityError) -> anyhow::Error {
    move |error| match error {
        identity::IdentityError::NotFound => {
            anyhow!(penny_i18n::text(locale, keys::CLI_NO_ACCOUNT, &[("email", email)]))
        }
        other => to_user_error(locale)(other),
    }
}
