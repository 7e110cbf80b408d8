//! Authentication: accounts, sign-in methods, browser sessions and personal access tokens.
//!
//! Authorization is [`penny_kernel::access`]. Secrets are stored only as hashes.

mod accounts;
pub(crate) mod email;
mod error;
#[cfg(test)]
mod golden_vectors;
mod password;
mod secrets;
mod service;
mod sessions;
mod sign_in;
mod store;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;

pub use accounts::{FirstAdminStatus, NewUser, utc_offset_minutes};
pub use error::IdentityError;
pub use service::{Identity, IdentityOptions, SignedIn};
pub use sessions::{Sessions, StoredSession};
pub use sign_in::{ExternalSignInOptions, ExternalUser, LINK_MINUTES, PasswordAttempt};
pub use tokens::{NewToken, scopes};
