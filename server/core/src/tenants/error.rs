//! What can be wrong with a company.

use crate::{access::Denied, db::StoreError, fault::ToFault, themes};
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Says why a company is not made, found or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of that name.
    #[error("there is no tenant of that name")]
    NotFound,
    /// There is no default tenant: the installation has not been set up.
    #[error("there is no default tenant")]
    NoDefault,
    /// A field breaks a rule.
    #[error("{field} breaks a rule: {key}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// The sentence about it.
        key: &'static str,
    },
    /// Another tenant has the name or the host.
    #[error("another tenant already has that {0}")]
    Taken(&'static str),
    /// The look is wrong.
    #[error(transparent)]
    Theme(#[from] themes::Error),
    /// The policies say no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the room's verbs give.
pub type Result<T> = std::result::Result<T, Error>;

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for Error {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound => Fault::new(FaultCode::NotFound),
            Self::NoDefault => Fault::new(FaultCode::Unavailable),
            Self::Invalid { field, key } => Fault::new(FaultCode::Invalid).field(field, key),
            Self::Taken(field) => {
                let key = if *field == "host" { keys::TENANT_HOST_TAKEN } else { keys::TENANT_SLUG_TAKEN };
                Fault::new(FaultCode::Invalid).field(field, key)
            }
            Self::Theme(error) => error.to_fault(),
            Self::Denied(error) => error.to_fault(),
            Self::Store(error) => error.to_fault(),
        }
    }
}
