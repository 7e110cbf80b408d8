//! Passwords: what they must be, and how they are kept.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// The least characters of a password (NIST SP 800-63B, 3.1.1.2, asks for 8 at least beside a
/// second factor and 15 alone; 10 is where we stand until there is a second factor).
pub const MIN_CHARS: usize = 10;
/// The most bytes: more would only feed the hash.
const MAX_BYTES: usize = 1024;
/// The most hashes computed at once: each takes 19 MiB.
const AT_ONCE: usize = 4;

/// What is wrong with a password somebody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Too few characters.
    #[error("a password has at least {MIN_CHARS} characters")]
    TooShort,
    /// Too many bytes.
    #[error("a password has at most {MAX_BYTES} bytes")]
    TooLong,
    /// Everybody's first guess.
    #[error("the password is too easy to guess")]
    Guessable,
}

/// What people who guess try first, as far as it is long enough to pass otherwise. Compared without
/// case, digits at the end and what is not a letter.
const GUESSES: &[&str] = &[
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

/// Checks a password somebody chooses.
///
/// # Errors
/// Says what is wrong with it.
pub fn check(password: &str, email: &str) -> Result<(), Weakness> {
    if password.chars().count() < MIN_CHARS {
        return Err(Weakness::TooShort);
    }
    if password.len() > MAX_BYTES {
        return Err(Weakness::TooLong);
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
    if distinct.len() < 4 || is_digits_in_order || is_own_name || GUESSES.contains(&letters.as_str()) {
        return Err(Weakness::Guessable);
    }
    Ok(())
}

/// Says that a hash could not be computed: no memory, or no thread.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashFailed(String);

/// Computes and compares hashes with Argon2id (RFC 9106), off the threads that serve requests.
///
/// The parameters are OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. A hash
/// carries its parameters, so older ones still compare after they are raised.
#[derive(Debug, Clone)]
pub struct Hasher {
    turns: Arc<Semaphore>,
    /// Compared against when there is no account, so that its absence takes as long.
    decoy: Arc<OnceLock<Option<PasswordHash>>>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), decoy: Arc::default() }
    }
}

impl Hasher {
    /// Hashes a password, in PHC string format.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub async fn hash(&self, password: &SecretString, salt: [u8; 16]) -> Result<String, HashFailed> {
        let password = password.clone();
        self.run(move || compute(password.expose_secret().as_bytes(), &salt).map(|hash| hash.to_string()))
            .await?
    }

    /// Says whether a password is the one that was hashed. Without a hash it works as long and says no.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub async fn is_right(&self, password: &SecretString, hash: Option<&str>) -> Result<bool, HashFailed> {
        let stored = hash.map(PasswordHash::new).and_then(Result::ok);
        let is_known = stored.is_some() && password.expose_secret().len() <= MAX_BYTES;
        let given: Vec<u8> = password.expose_secret().bytes().take(MAX_BYTES).collect();
        let decoy = Arc::clone(&self.decoy);
        let is_same = self
            .run(move || {
                let decoy =
                    || decoy.get_or_init(|| compute(b"nobody's password", b"no account's salt").ok()).clone();
                let hash = stored.or_else(decoy);
                hash.is_some_and(|hash| Argon2::default().verify_password(&given, &hash).is_ok())
            })
            .await?;
        Ok(is_known && is_same)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashFailed> {
        let failed = |error: &dyn std::fmt::Display| HashFailed(error.to_string());
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|error| failed(&error))?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|error| failed(&error))
    }
}

fn compute(password: &[u8], salt: &[u8]) -> Result<PasswordHash, HashFailed> {
    Argon2::default().hash_password_with_salt(password, salt).map_err(|error| HashFailed(error.to_string()))
}
