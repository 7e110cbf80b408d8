//! What can be wrong with who somebody is.

use super::password::{HashFailed, Weakness};
use crate::{access::Denied, db::StoreError, fault::ToFault};
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Says why somebody is not let in, or their account not changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address or the password is wrong; which one is not told.
    #[error("the address or the password is wrong")]
    WrongCredentials,
    /// Nobody signs in by password here.
    #[error("signing in by password is switched off")]
    PasswordsOff,
    /// Too many wrong attempts from there.
    #[error("too many attempts to sign in")]
    TooManyAttempts {
        /// How long to wait.
        seconds: u64,
    },
    /// The link was used, has expired or never was.
    #[error("the sign-in link does not work")]
    LinkUnusable,
    /// The token is wrong, expired or taken back.
    #[error("the token does not work")]
    TokenUnusable,
    /// The session's person may no longer act.
    #[error("the person may no longer sign in")]
    Inactive,
    /// The provider's person has an address that an account here has, and may not take it over.
    #[error("an account with that address exists and is not linked to the provider")]
    AddressTaken,
    /// There is none, or not for this person.
    #[error("there is no such account or token")]
    NotFound,
    /// A field breaks a rule.
    #[error("{field} breaks a rule: {key}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// The sentence about it.
        key: &'static str,
    },
    /// The password is no good.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// The policies say no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The hash could not be computed.
    #[error(transparent)]
    Hash(#[from] HashFailed),
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
            Self::WrongCredentials => {
                Fault::keyed(FaultCode::Unauthenticated, keys::IDENTITY_WRONG_CREDENTIALS)
            }
            Self::PasswordsOff => Fault::keyed(FaultCode::Forbidden, keys::IDENTITY_PASSWORDS_OFF),
            Self::TooManyAttempts { seconds } => {
                Fault::keyed(FaultCode::RateLimited, keys::IDENTITY_TOO_MANY_ATTEMPTS)
                    .arg("count", seconds)
                    .retry_after(*seconds)
            }
            Self::LinkUnusable => Fault::keyed(FaultCode::Unauthenticated, keys::IDENTITY_LINK_UNUSABLE),
            Self::TokenUnusable => Fault::keyed(FaultCode::Unauthenticated, keys::IDENTITY_TOKEN_UNUSABLE),
            Self::Inactive => Fault::new(FaultCode::Unauthenticated),
            Self::AddressTaken => Fault::keyed(FaultCode::Forbidden, keys::IDENTITY_ADDRESS_TAKEN),
            Self::NotFound => Fault::new(FaultCode::NotFound),
            Self::Invalid { field, key } => Fault::new(FaultCode::Invalid).field(field, key),
            Self::Weak(weakness) => Fault::new(FaultCode::Invalid).field("password", weakness_key(*weakness)),
            Self::Denied(denied) => denied.to_fault(),
            Self::Hash(_) => Fault::new(FaultCode::Unavailable).retry_after(1),
            Self::Store(error) => error.to_fault(),
        }
    }
}

const fn weakness_key(weakness: Weakness) -> &'static str {
    match weakness {
        Weakness::TooShort => keys::IDENTITY_PASSWORD_SHORT,
        Weakness::TooLong => keys::IDENTITY_PASSWORD_LONG,
        Weakness::Guessable => keys::IDENTITY_PASSWORD_GUESSABLE,
    }
}
