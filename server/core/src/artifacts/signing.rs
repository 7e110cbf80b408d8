//! Signed content URLs, which give access without authentication until they expire.

use super::ArtifactError;
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64URL_NOPAD;
use penny_ports::keys::Keyring;
use penny_types::{ArtifactId, TenantId};

/// Validity of a content URL.
pub(super) const URL_LIFETIME: Duration = Duration::minutes(15);
const KEY_PURPOSE: &str = "penny 2026 artifact content address";

fn signature_of(
    keys: &dyn Keyring,
    tenant: TenantId,
    id: ArtifactId,
    version: u32,
    expires: i64,
) -> blake3::Hash {
    let message = format!("{tenant} {id} {version} {expires}");
    blake3::keyed_hash(&keys.derive(KEY_PURPOSE), message.as_bytes())
}

/// Returns a signed content URL, relative to the server's root.
pub(super) fn sign(
    keys: &dyn Keyring,
    tenant: TenantId,
    id: ArtifactId,
    version: u32,
    until: DateTime<Utc>,
) -> String {
    let expires = until.timestamp();
    let signature = BASE64URL_NOPAD.encode(signature_of(keys, tenant, id, version, expires).as_bytes());
    format!("/v1/artifacts/{id}/versions/{version}/content?tenant={tenant}&exp={expires}&sig={signature}")
}

/// Verifies the signature and the expiry of a content URL. The comparison takes constant time.
pub(super) fn verify(
    keys: &dyn Keyring,
    now: DateTime<Utc>,
    (tenant, id, version): (TenantId, ArtifactId, u32),
    expires: i64,
    signature: &str,
) -> Result<(), ArtifactError> {
    let given: [u8; 32] = BASE64URL_NOPAD
        .decode(signature.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(ArtifactError::InvalidSignature)?;
    let is_authentic = signature_of(keys, tenant, id, version, expires) == blake3::Hash::from_bytes(given);
    if is_authentic && now.timestamp() < expires { Ok(()) } else { Err(ArtifactError::InvalidSignature) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[derive(Debug)]
    struct ConstantKeyring(u8);
    impl Keyring for ConstantKeyring {
        fn derive(&self, _: &'static str) -> [u8; 32] {
            [self.0; 32]
        }
    }

    #[test]
    fn a_signature_is_valid_only_for_its_version_and_until_it_expires() {
        let (tenant, id) = (TenantId(Uuid::from_u128(1)), ArtifactId(Uuid::from_u128(2)));
        let until = DateTime::from_timestamp(1_000, 0).unwrap();
        let before = DateTime::from_timestamp(999, 0).unwrap();
        let url = sign(&ConstantKeyring(1), tenant, id, 3, until);
        let sig = url.split("sig=").nth(1).unwrap();
        // Changing the signed text invalidates URLs that are already in use.
        assert_eq!(
            url,
            "/v1/artifacts/art_00000000000000000000000002/versions/3/content\
             ?tenant=ten_00000000000000000000000001&exp=1000&sig=31gT0ZfT36EiBez7H27kvPZ-DjlQhSo0kLNie6o8_XU"
        );

        assert!(verify(&ConstantKeyring(1), before, (tenant, id, 3), 1_000, sig).is_ok());
        for (key, now, version, expires, signature) in [
            (1, until, (tenant, id, 3), 1_000, sig),
            (1, before, (tenant, id, 3), 2_000, sig),
            (1, before, (tenant, id, 4), 1_000, sig),
            (1, before, (TenantId(Uuid::from_u128(9)), id, 3), 1_000, sig),
            (2, before, (tenant, id, 3), 1_000, sig),
            (1, before, (tenant, id, 3), 1_000, "AAAA"),
            (1, before, (tenant, id, 3), 1_000, "%%"),
        ] {
            assert!(verify(&ConstantKeyring(key), now, version, expires, signature).is_err());
        }
    }
}
