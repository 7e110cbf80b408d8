//! Checking a provider's proof: signature, issuer, audience, nonce, times, and that the access token
//! is the one it was made with (OpenID Connect Core 1.0, 3.1.3.7).

use super::{
    Error,
    provider::{Provider, in_words},
};
use chrono::TimeDelta;
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, Nonce, SignatureVerificationError,
    SubjectIdentifier,
    core::{
        CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    },
};
use penny_core::ctx::World;

/// How far a provider's clock may be from ours.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// The oldest proof taken: it is fetched the moment it is made.
const OLDEST: TimeDelta = TimeDelta::minutes(10);

/// Signatures by a provider's public key. Never `none`, and never a shared secret: whoever knows it
/// could sign for the provider.
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

/// What a proof says.
#[derive(Debug)]
pub(super) struct Claims {
    pub subject: SubjectIdentifier,
    pub email: Option<String>,
    pub is_email_verified: bool,
    pub name: Option<String>,
}

/// Checks a proof; when it is signed by a key we do not know, reads the keys again and tries once more.
pub(super) async fn verified(
    provider: &Provider,
    world: &World,
    metadata: &CoreProviderMetadata,
    proof: &CoreIdToken,
    token: &AccessToken,
    nonce: &Nonce,
) -> Result<Claims, Error> {
    match check(provider, world, metadata, proof, token, nonce) {
        Err(Unproven::UnknownKey) => match provider.newer_keys(world).await {
            Some(newer) => check(provider, world, &newer, proof, token, nonce).map_err(Error::from),
            None => Err(Unproven::UnknownKey.into()),
        },
        other => other.map_err(Error::from),
    }
}

#[derive(Debug)]
enum Unproven {
    UnknownKey,
    Wrong(String),
}

impl From<Unproven> for Error {
    fn from(unproven: Unproven) -> Self {
        match unproven {
            Unproven::UnknownKey => {
                Self::Unproven("it is signed with a key the provider does not list".to_owned())
            }
            Unproven::Wrong(words) => Self::Unproven(words),
        }
    }
}

impl From<ClaimsVerificationError> for Unproven {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Self::UnknownKey
            }
            other => Self::Wrong(in_words(&other)),
        }
    }
}

fn check(
    provider: &Provider,
    world: &World,
    metadata: &CoreProviderMetadata,
    proof: &CoreIdToken,
    token: &AccessToken,
    nonce: &Nonce,
) -> Result<Claims, Unproven> {
    let now = world.now();
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
        .set_time_fn(move || now - SKEW)
        .set_issue_time_verifier_fn(move |issued| {
            if issued > now + SKEW {
                Err("it was issued in the future".to_owned())
            } else if issued < now - OLDEST {
                Err("it is too old".to_owned())
            } else {
                Ok(())
            }
        });
    let claims: &CoreIdTokenClaims = proof.claims(&verifier, nonce)?;
    if let Some(expected) = claims.access_token_hash() {
        let wrong = |words: String| Unproven::Wrong(words);
        let algorithm = proof.signing_alg().map_err(|error| wrong(in_words(&error)))?;
        let key = proof.signing_key(&verifier).map_err(|error| wrong(in_words(&error)))?;
        let actual =
            AccessTokenHash::from_token(token, algorithm, key).map_err(|error| wrong(in_words(&error)))?;
        if actual != *expected {
            return Err(wrong("the access token is not the one it was made with".to_owned()));
        }
    }
    Ok(Claims {
        subject: claims.subject().clone(),
        email: claims.email().map(|email| email.as_str().to_owned()),
        is_email_verified: claims.email_verified().unwrap_or(false),
        name: claims.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned()),
    })
}
