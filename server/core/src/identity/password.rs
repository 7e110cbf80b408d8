//! Password strength rules and hashing.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Minimum number of characters. NIST SP 800-63B, section 3.1.1.2, requires 8 with a second factor and
/// 15 without; 10 is a compromise until a second factor is supported.
pub const MIN_CHARS: usize = 10;
/// Maximum number of bytes, which bounds the cost of hashing.
const MAX_BYTES: usize = 1024;
/// Maximum number of hashes computed concurrently; each needs 19 MiB.
const MAX_CONCURRENT_HASHES: usize = 4;

/// Why a new password is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordWeakness {
    #[error("the password has fewer than {MIN_CHARS} characters")]
    TooShort,
    #[error("the password has more than {MAX_BYTES} bytes")]
    TooLong,
    #[error("the password is too easy to guess")]
    Guessable,
}

/// Common passwords, including ones that become long enough only with appended digits. Compared in lower
/// case, with everything but letters removed.
const COMMON_PASSWORDS: &[&str] = &[
    "password",
    "passwort",
    "contrasena",
    "contraseña",
    "qwertyuiop",
    "qwertzuiop",
    "letmein",
    "welcome",
    "administrator",
    "admin",
    "changeme",
    "iloveyou",
    "abcdefghij",
    "asdfghjkl",
    "bienvenido",
    "penny",
    "company",
];

/// Checks a new password against the strength rules.
pub fn check(password: &str, email: &str) -> Result<(), PasswordWeakness> {
    if password.chars().count() < MIN_CHARS {
        return Err(PasswordWeakness::TooShort);
    }
    if password.len() > MAX_BYTES {
        return Err(PasswordWeakness::TooLong);
    }
    let lower = password.to_lowercase();
    let letters: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    let is_digits_in_order =
        "01234567890123456789".contains(&lower) || "98765432109876543210".contains(&lower);
    let is_own_name = local.len() >= 4 && lower.contains(&local);
    if distinct.len() < 4 || is_digits_in_order || is_own_name || COMMON_PASSWORDS.contains(&letters.as_str())
    {
        return Err(PasswordWeakness::Guessable);
    }
    Ok(())
}

/// A hash could not be computed, because memory or a thread was not available.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(String);

/// Computes and verifies Argon2id hashes (RFC 9106) on blocking threads, not on those that serve requests.
///
/// The parameters are the ones OWASP recommends: 19 MiB, two passes, one lane. A hash carries its
/// parameters, so older hashes still verify after the defaults are raised.
#[derive(Debug, Clone)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    /// Verified against when the account does not exist, so that both cases take equally long.
    dummy_hash: Arc<OnceLock<Option<PasswordHash>>>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(MAX_CONCURRENT_HASHES)), dummy_hash: Arc::default() }
    }
}

impl Hasher {
    /// Hashes a password, in PHC string format.
    ///
    /// # Errors
    /// When memory or a thread is not available.
    pub async fn hash(&self, password: &SecretString, salt: [u8; 16]) -> Result<String, HashError> {
        let password = password.clone();
        self.run(move || compute(password.expose_secret().as_bytes(), &salt).map(|hash| hash.to_string()))
            .await?
    }

    /// Returns whether a password matches a hash. Without a hash the result is false after the same work.
    ///
    /// # Errors
    /// When memory or a thread is not available.
    pub async fn verify(&self, password: &SecretString, hash: Option<&str>) -> Result<bool, HashError> {
        let stored = hash.map(PasswordHash::new).and_then(Result::ok);
        let is_known = stored.is_some() && password.expose_secret().len() <= MAX_BYTES;
        let given: Vec<u8> = password.expose_secret().bytes().take(MAX_BYTES).collect();
        let dummy_hash = Arc::clone(&self.dummy_hash);
        let is_same = self
            .run(move || {
                let dummy_hash = || {
                    dummy_hash.get_or_init(|| compute(b"dummy password", b"dummy account salt").ok()).clone()
                };
                let hash = stored.or_else(dummy_hash);
                hash.is_some_and(|hash| Argon2::default().verify_password(&given, &hash).is_ok())
            })
            .await?;
        Ok(is_known && is_same)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let failed = |error: &dyn std::fmt::Display| HashError(error.to_string());
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|error| failed(&error))?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|error| failed(&error))
    }
}

fn compute(password: &[u8], salt: &[u8]) -> Result<PasswordHash, HashError> {
    Argon2::default().hash_password_with_salt(password, salt).map_err(|error| HashError(error.to_string()))
}
