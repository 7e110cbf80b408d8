//! Who people are: accounts, the ways to sign in, browsers' sessions and personal access tokens.
//!
//! What they may do is decided in [`crate::access`]; this room only says who they are and what they
//! hold. Every secret it keeps is a hash.

mod email;
mod error;
mod password;
mod people;
mod secrets;
mod service;
mod sessions;
mod sign_in;
mod store;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;

pub use error::Error;
pub use people::{FirstAdmin, NewUser, utc_offset_minutes};
pub use service::{Identity, Options, SignedIn};
pub use sessions::{Sessions, StoredSession};
pub use sign_in::{ExternalPerson, ExternalRules, LINK_MINUTES, PasswordAttempt};
pub use tokens::{NewToken, scopes};
