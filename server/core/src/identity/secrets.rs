//! Secrets that are carried by people and programs: tokens and one-time links.
//!
//! Both are 256 random bits. What is stored is a keyed hash (BLAKE3 under a key of this
//! installation), so that neither a copy of the database nor a table of hashes opens anything, and
//! looking one up compares hashes, which tells nothing about the secret by its timing.

use crate::ctx::World;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use secrecy::{ExposeSecret, SecretString};

/// What every token begins with, for people and for scanners of leaked secrets.
pub const TOKEN_PREFIX: &str = "pny_";
const SECRET_HEX: usize = 64;
const CHECK_HEX: usize = 8;
/// Characters of a token kept in clear, to tell tokens apart.
const SHOWN: usize = 8;

/// A fresh secret, with what is kept of it.
#[derive(Debug)]
pub struct Minted {
    /// What its owner gets, once.
    pub secret: SecretString,
    /// What is stored.
    pub hash: Vec<u8>,
    /// The first characters, for lists.
    pub prefix: String,
}

/// Hashes what is looked up by, under the installation's key for that purpose.
#[derive(Clone)]
pub struct SecretHash {
    key: [u8; 32],
}

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretHash").finish_non_exhaustive()
    }
}

impl SecretHash {
    /// Makes the hash from a derived key.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// Hashes.
    #[must_use]
    pub fn of(&self, secret: &[u8]) -> Vec<u8> {
        blake3::keyed_hash(&self.key, secret).as_bytes().to_vec()
    }
}

/// Lets a slip of the pen, or a token cut short, be told from a wrong one without a look-up.
fn check_digits(body: &str) -> String {
    let digest = blake3::hash(body.as_bytes());
    let (start, _) = digest.as_bytes().split_at(CHECK_HEX / 2);
    HEXLOWER.encode(start)
}

/// Mints a token: `pny_`, 64 hexadecimal digits of chance, 8 to check them.
#[must_use]
pub fn mint_token(world: &World, hash: &SecretHash) -> Minted {
    let body = HEXLOWER.encode(&world.secret::<32>());
    let token = format!("{TOKEN_PREFIX}{body}{}", check_digits(&body));
    Minted {
        hash: hash.of(token.as_bytes()),
        prefix: token.chars().take(TOKEN_PREFIX.len() + SHOWN).collect(),
        secret: SecretString::from(token),
    }
}

/// Says whether a text could be a token at all.
#[must_use]
pub fn is_well_formed(token: &SecretString) -> bool {
    let Some(rest) = token.expose_secret().strip_prefix(TOKEN_PREFIX) else {
        return false;
    };
    rest.len() == SECRET_HEX + CHECK_HEX
        && rest.split_at_checked(SECRET_HEX).is_some_and(|(body, check)| check_digits(body) == check)
}

/// Mints the secret of a one-time link, fit for an address.
#[must_use]
pub fn mint_link(world: &World, hash: &SecretHash) -> Minted {
    let secret = BASE64URL_NOPAD.encode(&world.secret::<32>());
    Minted { hash: hash.of(secret.as_bytes()), prefix: String::new(), secret: SecretString::from(secret) }
}
