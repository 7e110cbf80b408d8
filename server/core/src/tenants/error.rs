//! Errors of the tenant service.

use crate::themes;
use penny_i18n::keys;
use penny_kernel::{access::Denied, db::StoreError, fault::ToFault};
use penny_types::{Fault, FaultCode};

#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    #[error("no such tenant")]
    NotFound,
    /// The installation has not been set up.
    #[error("there is no default tenant")]
    NoDefault,
    #[error("{field} is invalid: {key}")]
    Invalid {
        field: &'static str,
        /// Key of the translated message.
        key: &'static str,
    },
    /// Another tenant has this slug or host.
    #[error("another tenant already has that {0}")]
    Taken(&'static str),
    #[error(transparent)]
    Theme(#[from] themes::ThemeError),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub type Result<T> = std::result::Result<T, TenantError>;

impl From<sea_orm::DbErr> for TenantError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for TenantError {
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
