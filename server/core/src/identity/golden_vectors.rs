//! Golden values of the formats of issued and stored secrets. Changing one requires a migration.

use super::{
    password::Hasher,
    secrets::{SecretHasher, generate_link_secret, generate_token, is_well_formed},
};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use penny_kernel::ctx::SystemPorts;
use penny_ports::system::{Clock, IdGenerator, RandomSource};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use uuid::Uuid;

/// Fills every buffer with 0, 1, 2 and so on.
#[derive(Debug)]
struct Ascending;

impl RandomSource for Ascending {
    fn fill_bytes(&self, buffer: &mut [u8]) {
        for (byte, value) in buffer.iter_mut().zip(0..) {
            *byte = value;
        }
    }
}

impl Clock for Ascending {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}

impl IdGenerator for Ascending {
    fn new_id(&self) -> Uuid {
        Uuid::nil()
    }
}

fn system() -> SystemPorts {
    SystemPorts { clock: Arc::new(Ascending), ids: Arc::new(Ascending), random: Arc::new(Ascending) }
}

const KEY: [u8; 32] = [7; 32];

#[test]
fn a_token_keeps_its_format_and_its_stored_hash() {
    let token = generate_token(&system(), &SecretHasher::new(KEY));
    assert_eq!(
        token.secret.expose_secret(),
        "pny_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f5a0f80b3"
    );
    assert!(is_well_formed(&token.secret));
    assert_eq!(token.prefix, "pny_00010203");
    assert_eq!(
        HEXLOWER.encode(&token.hash),
        "e8e5b8758dd230a83c85f42ecbef7f8327125b75604bf26d4f3468ca3bd4bc0f"
    );
}

#[test]
fn a_sign_in_link_keeps_its_format_and_its_stored_hash() {
    let link = generate_link_secret(&system(), &SecretHasher::new(KEY));
    assert_eq!(link.secret.expose_secret(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    assert_eq!(
        HEXLOWER.encode(&link.hash),
        "93f64bf355d1d91845c15526038c3d1d0fc8432075f144fcc8ac23174b52128d"
    );
}

#[test]
fn a_session_id_keeps_its_stored_hash() {
    let id: Vec<u8> = (1..=16).collect();
    let hash = SecretHasher::new(KEY).hash(&id);
    assert_eq!(HEXLOWER.encode(&hash), "1795f12f70993ee2894ee5d4326a4eca7b7acf584cee055233ae3f013fa8db9c");
}

#[tokio::test]
async fn a_stored_password_hash_is_still_accepted() {
    let stored =
        "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU";
    let (right, wrong) = (
        SecretString::from("correct horse battery staple"),
        SecretString::from("incorrect horse battery staple"),
    );
    let hasher = Hasher::default();
    assert!(hasher.verify(&right, Some(stored)).await.unwrap());
    assert!(!hasher.verify(&wrong, Some(stored)).await.unwrap());
}
