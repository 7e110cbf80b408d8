//! Bearer secrets: personal access tokens and one-time sign-in links.
//!
//! Both are 256 random bits. Only a keyed hash is stored (BLAKE3 under a key of this installation):
//! neither a copy of the database nor a precomputed table of hashes is usable, and a lookup compares
//! hashes, so its timing reveals nothing about the secret.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use penny_kernel::ctx::SystemPorts;
use secrecy::{ExposeSecret, SecretString};

/// The prefix of every token, recognised by people and by secret scanners.
pub const TOKEN_PREFIX: &str = "pny_";
const SECRET_HEX: usize = 64;
const CHECK_HEX: usize = 8;
/// Characters after [`TOKEN_PREFIX`] that are stored in clear, so that lists can tell tokens apart.
const PREFIX_CHARS: usize = 8;

/// A newly generated secret and the values stored for it.
#[derive(Debug)]
pub struct IssuedSecret {
    /// Shown to the owner once; never stored.
    pub secret: SecretString,
    pub hash: Vec<u8>,
    /// The first characters of a token, stored in clear; empty for a link.
    pub prefix: String,
}

/// Computes keyed hashes of secrets, under the installation's key for one purpose.
#[derive(Clone)]
pub struct SecretHasher {
    key: [u8; 32],
}

impl std::fmt::Debug for SecretHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretHasher").finish_non_exhaustive()
    }
}

impl SecretHasher {
    /// Creates a hasher from a derived key.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    #[must_use]
    pub fn hash(&self, secret: &[u8]) -> Vec<u8> {
        blake3::keyed_hash(&self.key, secret).as_bytes().to_vec()
    }
}

/// Returns the checksum of a token's random part: a mistyped or truncated token is rejected without a
/// database lookup.
fn checksum(body: &str) -> String {
    let digest = blake3::hash(body.as_bytes());
    let (start, _) = digest.as_bytes().split_at(CHECK_HEX / 2);
    HEXLOWER.encode(start)
}

/// Generates a token: `pny_`, 64 random hexadecimal digits, 8 checksum digits.
#[must_use]
pub fn generate_token(world: &SystemPorts, hash: &SecretHasher) -> IssuedSecret {
    let body = HEXLOWER.encode(&world.secret::<32>());
    let token = format!("{TOKEN_PREFIX}{body}{}", checksum(&body));
    IssuedSecret {
        hash: hash.hash(token.as_bytes()),
        prefix: token.chars().take(TOKEN_PREFIX.len() + PREFIX_CHARS).collect(),
        secret: SecretString::from(token),
    }
}

/// Returns whether a text has the format and checksum of a token.
#[must_use]
pub fn is_well_formed(token: &SecretString) -> bool {
    let Some(rest) = token.expose_secret().strip_prefix(TOKEN_PREFIX) else {
        return false;
    };
    rest.len() == SECRET_HEX + CHECK_HEX
        && rest.split_at_checked(SECRET_HEX).is_some_and(|(body, check)| checksum(body) == check)
}

/// Generates the URL-safe secret of a one-time link.
#[must_use]
pub fn generate_link_secret(world: &SystemPorts, hash: &SecretHasher) -> IssuedSecret {
    let secret = BASE64URL_NOPAD.encode(&world.secret::<32>());
    IssuedSecret {
        hash: hash.hash(secret.as_bytes()),
        prefix: String::new(),
        secret: SecretString::from(secret),
    }
}
