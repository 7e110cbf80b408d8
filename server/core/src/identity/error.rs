//! Errors of authentication and account management.

use super::password::{HashError, PasswordWeakness};
use penny_i18n::keys;
use penny_kernel::{
    access::{Denied, PolicyError},
    ctx::CtxError,
    db::StoreError,
    fault::ToFault,
};
use penny_types::{Fault, FaultCode};

/// Why a sign-in or an account operation failed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The address or the password is wrong; which of the two is not disclosed.
    #[error("the address or the password is wrong")]
    WrongCredentials,
    #[error("signing in by password is disabled")]
    PasswordsDisabled,
    #[error("too many attempts to sign in")]
    TooManyAttempts {
        /// Seconds to wait before the next attempt.
        seconds: u64,
    },
    /// The link was used, has expired, or does not exist.
    #[error("the sign-in link is not valid")]
    InvalidLink,
    /// The token is unknown, expired or revoked.
    #[error("the token is not valid")]
    InvalidToken,
    #[error("the account is inactive")]
    Inactive,
    /// An account with the external user's address exists, and linking by address is not enabled.
    #[error("an account with that address exists and is not linked to the provider")]
    AddressTaken,
    #[error("no such account or token")]
    NotFound,
    #[error("{field} is invalid: {key}")]
    Invalid {
        field: &'static str,
        /// Key of the translated message.
        key: &'static str,
    },
    #[error(transparent)]
    Weak(#[from] PasswordWeakness),
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A stored policy of the tenant is invalid.
    #[error(transparent)]
    Policies(#[from] PolicyError),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub type Result<T> = std::result::Result<T, IdentityError>;

impl From<sea_orm::DbErr> for IdentityError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl From<CtxError> for IdentityError {
    fn from(error: CtxError) -> Self {
        match error {
            CtxError::Inactive => Self::Inactive,
            CtxError::NotDelegated(denied) => Self::Denied(denied),
            CtxError::Policies(error) => Self::Policies(error),
            CtxError::Store(error) => Self::Store(error),
        }
    }
}

impl ToFault for IdentityError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::WrongCredentials => {
                Fault::with_message(FaultCode::Unauthenticated, keys::IDENTITY_WRONG_CREDENTIALS)
            }
            Self::PasswordsDisabled => {
                Fault::with_message(FaultCode::Forbidden, keys::IDENTITY_PASSWORDS_OFF)
            }
            Self::TooManyAttempts { seconds } => {
                Fault::with_message(FaultCode::RateLimited, keys::IDENTITY_TOO_MANY_ATTEMPTS)
                    .arg("count", seconds)
                    .retry_after(*seconds)
            }
            Self::InvalidLink => {
                Fault::with_message(FaultCode::Unauthenticated, keys::IDENTITY_LINK_UNUSABLE)
            }
            Self::InvalidToken => {
                Fault::with_message(FaultCode::Unauthenticated, keys::IDENTITY_TOKEN_UNUSABLE)
            }
            Self::Inactive => Fault::new(FaultCode::Unauthenticated),
            Self::AddressTaken => Fault::with_message(FaultCode::Forbidden, keys::IDENTITY_ADDRESS_TAKEN),
            Self::NotFound => Fault::new(FaultCode::NotFound),
            Self::Invalid { field, key } => Fault::new(FaultCode::Invalid).field(field, key),
            Self::Weak(weakness) => Fault::new(FaultCode::Invalid).field("password", weakness_key(*weakness)),
            Self::Denied(denied) => denied.to_fault(),
            Self::Hash(_) => Fault::new(FaultCode::Unavailable).retry_after(1),
            Self::Policies(_) => Fault::new(FaultCode::Internal),
            Self::Store(error) => error.to_fault(),
        }
    }
}

const fn weakness_key(weakness: PasswordWeakness) -> &'static str {
    match weakness {
        PasswordWeakness::TooShort => keys::IDENTITY_PASSWORD_SHORT,
        PasswordWeakness::TooLong => keys::IDENTITY_PASSWORD_LONG,
        PasswordWeakness::Guessable => keys::IDENTITY_PASSWORD_GUESSABLE,
    }
}
