//! Addresses by which bytes are read without a sign-in: what, until when, and a seal over both.

use super::Error;
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64URL_NOPAD;
use penny_ports::keys::Keyring;
use penny_types::{ArtifactId, TenantId};

/// How long an address works.
pub(super) const LIFETIME: Duration = Duration::minutes(15);
const PURPOSE: &str = "penny 2026 artifact content address";

fn seal(keys: &dyn Keyring, tenant: TenantId, id: ArtifactId, version: u32, expires: i64) -> blake3::Hash {
    let message = format!("{tenant} {id} {version} {expires}");
    blake3::keyed_hash(&keys.derive(PURPOSE), message.as_bytes())
}

/// Makes an address relative to the server's root.
pub(super) fn sign(
    keys: &dyn Keyring,
    tenant: TenantId,
    id: ArtifactId,
    version: u32,
    until: DateTime<Utc>,
) -> String {
    let expires = until.timestamp();
    let seal = BASE64URL_NOPAD.encode(seal(keys, tenant, id, version, expires).as_bytes());
    format!("/v1/artifacts/{id}/versions/{version}/content?tenant={tenant}&exp={expires}&sig={seal}")
}

/// Checks an address. The comparison takes the same time wherever the seals differ.
pub(super) fn verify(
    keys: &dyn Keyring,
    now: DateTime<Utc>,
    (tenant, id, version): (TenantId, ArtifactId, u32),
    expires: i64,
    signature: &str,
) -> Result<(), Error> {
    let given: [u8; 32] = BASE64URL_NOPAD
        .decode(signature.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(Error::BadSignature)?;
    let is_ours = seal(keys, tenant, id, version, expires) == blake3::Hash::from_bytes(given);
    if is_ours && now.timestamp() < expires { Ok(()) } else { Err(Error::BadSignature) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[derive(Debug)]
    struct Key(u8);
    impl Keyring for Key {
        fn derive(&self, _: &'static str) -> [u8; 32] {
            [self.0; 32]
        }
    }

    #[test]
    fn an_address_works_for_what_it_names_until_it_expires_and_for_nothing_else() {
        let (tenant, id) = (TenantId(Uuid::from_u128(1)), ArtifactId(Uuid::from_u128(2)));
        let until = DateTime::from_timestamp(1_000, 0).unwrap();
        let before = DateTime::from_timestamp(999, 0).unwrap();
        let url = sign(&Key(1), tenant, id, 3, until);
        let sig = url.split("sig=").nth(1).unwrap();

        assert!(verify(&Key(1), before, (tenant, id, 3), 1_000, sig).is_ok());
        for (key, now, what, expires, signature) in [
            (1, until, (tenant, id, 3), 1_000, sig),
            (1, before, (tenant, id, 3), 2_000, sig),
            (1, before, (tenant, id, 4), 1_000, sig),
            (1, before, (TenantId(Uuid::from_u128(9)), id, 3), 1_000, sig),
            (2, before, (tenant, id, 3), 1_000, sig),
            (1, before, (tenant, id, 3), 1_000, "AAAA"),
            (1, before, (tenant, id, 3), 1_000, "%%"),
        ] {
            assert!(verify(&Key(key), now, what, expires, signature).is_err());
        }
    }
}
