//! The two halves of a sign-in: to the provider, and back.

use super::{
    Answer, Error,
    pending::Pending,
    provider::{Provider, in_words},
    verify::{Claims, verified},
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SubjectIdentifier,
    TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreProviderMetadata, CoreUserInfoClaims,
    },
};
use penny_core::{ctx::World, identity::ExternalPerson};
use url::Url;

/// A client as discovery makes it.
pub(super) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Makes the client of a provider.
pub(super) fn client(
    provider: &Provider,
    metadata: &CoreProviderMetadata,
    ours: &str,
) -> Result<Client, Error> {
    let ours = RedirectUrl::new(ours.to_owned()).map_err(|error| Error::Provider(error.to_string()))?;
    let supported = metadata.token_endpoint_auth_methods_supported();
    let is_listed = |method| supported.is_some_and(|all| all.contains(&method));
    let client =
        CoreClient::from_provider_metadata(metadata.clone(), provider.client_id.clone(), provider.secret());
    let client = client.set_redirect_uri(ours);
    // Basic is what the protocol assumes where nothing is said.
    let by_body = is_listed(CoreClientAuthMethod::ClientSecretPost)
        && !is_listed(CoreClientAuthMethod::ClientSecretBasic);
    Ok(client.set_auth_type(if by_body { AuthType::RequestBody } else { AuthType::BasicAuth }))
}

/// Begins a sign-in: the address to send the browser to, and what to remember of it.
pub(super) async fn begin(
    provider: &Provider,
    world: &World,
    ours: &str,
    next: Option<String>,
) -> Result<(Url, Pending), Error> {
    let metadata = provider.metadata(world).await?;
    let client = client(provider, &metadata, ours)?;
    let (state, nonce) = (chance(world), chance(world));
    let verifier = PkceCodeVerifier::new(chance(world));
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    let (kept_state, kept_nonce) = (state.clone(), nonce.clone());
    let (address, _, _) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .add_scopes(provider.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(challenge)
        .url();
    let pending = Pending {
        provider: provider.slug().to_owned(),
        state: kept_state,
        nonce: kept_nonce,
        verifier: verifier.into_secret(),
        next,
        begun_at: world.now(),
    };
    Ok((address, pending))
}

/// Returns 256 bits nobody can guess, as 64 letters and digits (within RFC 7636's 43 to 128).
fn chance(world: &World) -> String {
    world.secret::<32>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Finishes a sign-in: exchanges the code, checks the proof, and asks for what it lacks.
pub(super) async fn finish(
    provider: &Provider,
    world: &World,
    ours: &str,
    answer: Answer,
    pending: Pending,
) -> Result<ExternalPerson, Error> {
    let metadata = provider.metadata(world).await?;
    if answer.iss.as_ref().is_some_and(|iss| iss != metadata.issuer().as_str()) {
        return Err(Error::Unproven("the answer names another issuer".to_owned()));
    }
    if let Some(error) = answer.error {
        return Err(Error::Refused(error.chars().filter(char::is_ascii_graphic).take(64).collect()));
    }
    let code = answer.code.ok_or_else(|| Error::Refused("no code".to_owned()))?;
    let client = client(provider, &metadata, ours)?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| Error::Provider(in_words(&error)))?
        .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier))
        .request_async(provider.http())
        .await
        .map_err(|error| Error::Provider(in_words(&error)))?;
    let proof = tokens.id_token().ok_or_else(|| Error::Unproven("there is no ID token".to_owned()))?;
    let nonce = Nonce::new(pending.nonce);
    let mut claims = verified(provider, world, &metadata, proof, tokens.access_token(), &nonce).await?;
    if claims.email.is_none() || claims.name.is_none() {
        complete(provider, &client, tokens.access_token().clone(), &mut claims).await?;
    }
    Ok(ExternalPerson {
        issuer: metadata.issuer().as_str().to_owned(),
        subject: claims.subject.as_str().to_owned(),
        email: claims.email,
        is_email_verified: claims.is_email_verified,
        name: claims.name,
    })
}

/// Asks the provider for what the proof does not say (OpenID Connect Core 1.0, 5.3). The answer has
/// to be about the same person.
async fn complete(
    provider: &Provider,
    client: &Client,
    token: AccessToken,
    claims: &mut Claims,
) -> Result<(), Error> {
    let subject = SubjectIdentifier::new(claims.subject.as_str().to_owned());
    let Ok(request) = client.user_info(token, Some(subject)) else {
        return Ok(());
    };
    let told: CoreUserInfoClaims =
        request.request_async(provider.http()).await.map_err(|error| Error::Provider(in_words(&error)))?;
    if claims.email.is_none() {
        claims.email = told.email().map(|email| email.as_str().to_owned());
        claims.is_email_verified = told.email_verified().unwrap_or(false);
    }
    if claims.name.is_none() {
        claims.name = told.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned());
    }
    Ok(())
}
