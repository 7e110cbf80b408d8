//! Verification of ID tokens: signature, issuer, audience, nonce, times and the hash of the access token
//! (OpenID Connect Core 1.0, 3.1.3.7).

use super::{
    OpenIdError,
    provider::{OpenIdProvider, error_chain},
};
use chrono::TimeDelta;
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, Nonce, SignatureVerificationError,
    SubjectIdentifier,
    core::{
        CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    },
};
use penny_kernel::ctx::SystemPorts;

/// The permitted difference between a provider's clock and ours.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);
/// The maximum age of an ID token, which is normally fetched right after it was issued.
const MAX_AGE: TimeDelta = TimeDelta::minutes(10);

/// The accepted signature algorithms: only those with a public key. Neither `none` nor a shared secret, with
/// which everyone who knows it could sign.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The claims of a verified ID token.
#[derive(Debug)]
pub(super) struct VerifiedClaims {
    pub subject: SubjectIdentifier,
    pub email: Option<String>,
    pub is_email_verified: bool,
    pub name: Option<String>,
}

/// Verifies an ID token. If its key is unknown, fetches the provider's keys again and retries once.
pub(super) async fn verify_id_token(
    provider: &OpenIdProvider,
    system: &SystemPorts,
    metadata: &CoreProviderMetadata,
    id_token: &CoreIdToken,
    token: &AccessToken,
    nonce: &Nonce,
) -> Result<VerifiedClaims, OpenIdError> {
    match verify(provider, system, metadata, id_token, token, nonce) {
        Err(VerificationError::UnknownKey) => match provider.refresh_keys(system).await {
            Some(refreshed) => {
                verify(provider, system, &refreshed, id_token, token, nonce).map_err(OpenIdError::from)
            }
            None => Err(VerificationError::UnknownKey.into()),
        },
        other => other.map_err(OpenIdError::from),
    }
}

#[derive(Debug)]
enum VerificationError {
    UnknownKey,
    Invalid(String),
}

impl From<VerificationError> for OpenIdError {
    fn from(error: VerificationError) -> Self {
        match error {
            VerificationError::UnknownKey => Self::InvalidIdToken(
                "the ID token is signed with a key the provider does not list".to_owned(),
            ),
            VerificationError::Invalid(reason) => Self::InvalidIdToken(reason),
        }
    }
}

impl From<ClaimsVerificationError> for VerificationError {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Self::UnknownKey
            }
            other => Self::Invalid(error_chain(&other)),
        }
    }
}

fn verify(
    provider: &OpenIdProvider,
    system: &SystemPorts,
    metadata: &CoreProviderMetadata,
    id_token: &CoreIdToken,
    token: &AccessToken,
    nonce: &Nonce,
) -> Result<VerifiedClaims, VerificationError> {
    let now = system.now();
    let verifier = match provider.secret() {
        Some(secret) => CoreIdTokenVerifier::new_confidential_client(
            provider.client_id.clone(),
            secret,
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        ),
        None => CoreIdTokenVerifier::new_public_client(
            provider.client_id.clone(),
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        ),
    };
    let verifier = verifier
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now - CLOCK_SKEW)
        .set_issue_time_verifier_fn(move |issued| {
            if issued > now + CLOCK_SKEW {
                Err("the ID token was issued in the future".to_owned())
            } else if issued < now - MAX_AGE {
                Err("the ID token is too old".to_owned())
            } else {
                Ok(())
            }
        });
    let claims: &CoreIdTokenClaims = id_token.claims(&verifier, nonce)?;
    if let Some(expected) = claims.access_token_hash() {
        let invalid = VerificationError::Invalid;
        let algorithm = id_token.signing_alg().map_err(|error| invalid(error_chain(&error)))?;
        let key = id_token.signing_key(&verifier).map_err(|error| invalid(error_chain(&error)))?;
        let actual = AccessTokenHash::from_token(token, algorithm, key)
            .map_err(|error| invalid(error_chain(&error)))?;
        if actual != *expected {
            return Err(invalid(
                "the access token hash of the ID token does not match the access token".to_owned(),
            ));
        }
    }
    Ok(VerifiedClaims {
        subject: claims.subject().clone(),
        email: claims.email().map(|email| email.as_str().to_owned()),
        is_email_verified: claims.email_verified().unwrap_or(false),
        name: claims.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned()),
    })
}
