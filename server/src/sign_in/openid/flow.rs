//! The authorisation code flow: building the authorisation request, and finishing the sign-in.

use super::{
    CallbackQuery, OpenIdError,
    pending::PendingSignIn,
    provider::{OpenIdProvider, error_chain},
    verify::{VerifiedClaims, verify_id_token},
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SubjectIdentifier,
    TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreProviderMetadata, CoreUserInfoClaims,
    },
};
use penny_core::identity::ExternalUser;
use penny_kernel::ctx::SystemPorts;
use url::Url;

/// The client type that results from discovery.
pub(super) type DiscoveredClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Builds the client of a provider.
pub(super) fn client(
    provider: &OpenIdProvider,
    metadata: &CoreProviderMetadata,
    redirect_url: &str,
) -> Result<DiscoveredClient, OpenIdError> {
    let redirect_url = RedirectUrl::new(redirect_url.to_owned())
        .map_err(|error| OpenIdError::Provider(error.to_string()))?;
    let supported = metadata.token_endpoint_auth_methods_supported();
    let is_listed = |method| supported.is_some_and(|all| all.contains(&method));
    let client =
        CoreClient::from_provider_metadata(metadata.clone(), provider.client_id.clone(), provider.secret());
    let client = client.set_redirect_uri(redirect_url);
    // The default of the protocol is HTTP Basic.
    let uses_request_body = is_listed(CoreClientAuthMethod::ClientSecretPost)
        && !is_listed(CoreClientAuthMethod::ClientSecretBasic);
    Ok(client.set_auth_type(if uses_request_body { AuthType::RequestBody } else { AuthType::BasicAuth }))
}

/// Starts a sign-in. Returns the provider's URL to redirect the browser to, and the pending sign-in to store.
pub(super) async fn start(
    provider: &OpenIdProvider,
    system: &SystemPorts,
    redirect_url: &str,
    next: Option<String>,
) -> Result<(Url, PendingSignIn), OpenIdError> {
    let metadata = provider.metadata(system).await?;
    let client = client(provider, &metadata, redirect_url)?;
    let (state, nonce) = (random_token(system), random_token(system));
    let verifier = PkceCodeVerifier::new(random_token(system));
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    let (pending_state, pending_nonce) = (state.clone(), nonce.clone());
    let (url, _, _) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .add_scopes(provider.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(challenge)
        .url();
    let pending = PendingSignIn {
        provider: provider.slug().to_owned(),
        state: pending_state,
        nonce: pending_nonce,
        verifier: verifier.into_secret(),
        next,
        started_at: system.now(),
    };
    Ok((url, pending))
}

/// Returns 256 random bits as 64 hexadecimal digits (RFC 7636 permits 43 to 128 characters).
fn random_token(system: &SystemPorts) -> String {
    system.secret::<32>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Finishes a sign-in: exchanges the code, verifies the ID token and fetches missing user information.
pub(super) async fn finish(
    provider: &OpenIdProvider,
    system: &SystemPorts,
    redirect_url: &str,
    callback: CallbackQuery,
    pending: PendingSignIn,
) -> Result<ExternalUser, OpenIdError> {
    let metadata = provider.metadata(system).await?;
    if callback.iss.as_ref().is_some_and(|iss| iss != metadata.issuer().as_str()) {
        return Err(OpenIdError::InvalidIdToken("the callback names another issuer".to_owned()));
    }
    if let Some(error) = callback.error {
        return Err(OpenIdError::Denied(error.chars().filter(char::is_ascii_graphic).take(64).collect()));
    }
    let code = callback.code.ok_or_else(|| OpenIdError::Denied("no code".to_owned()))?;
    let client = client(provider, &metadata, redirect_url)?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| OpenIdError::Provider(error_chain(&error)))?
        .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier))
        .request_async(provider.http())
        .await
        .map_err(|error| OpenIdError::Provider(error_chain(&error)))?;
    let id_token =
        tokens.id_token().ok_or_else(|| OpenIdError::InvalidIdToken("there is no ID token".to_owned()))?;
    let nonce = Nonce::new(pending.nonce);
    let mut claims =
        verify_id_token(provider, system, &metadata, id_token, tokens.access_token(), &nonce).await?;
    if claims.email.is_none() || claims.name.is_none() {
        add_user_info(provider, &client, tokens.access_token().clone(), &mut claims).await?;
    }
    Ok(ExternalUser {
        issuer: metadata.issuer().as_str().to_owned(),
        subject: claims.subject.as_str().to_owned(),
        email: claims.email,
        is_email_verified: claims.is_email_verified,
        name: claims.name,
    })
}

/// Adds the e-mail address and the name from the UserInfo endpoint (OpenID Connect Core 1.0, 5.3), whose
/// response must have the same subject.
async fn add_user_info(
    provider: &OpenIdProvider,
    client: &DiscoveredClient,
    token: AccessToken,
    claims: &mut VerifiedClaims,
) -> Result<(), OpenIdError> {
    let subject = SubjectIdentifier::new(claims.subject.as_str().to_owned());
    let Ok(request) = client.user_info(token, Some(subject)) else {
        return Ok(());
    };
    let user_info: CoreUserInfoClaims = request
        .request_async(provider.http())
        .await
        .map_err(|error| OpenIdError::Provider(error_chain(&error)))?;
    if claims.email.is_none() {
        claims.email = user_info.email().map(|email| email.as_str().to_owned());
        claims.is_email_verified = user_info.email_verified().unwrap_or(false);
    }
    if claims.name.is_none() {
        claims.name = user_info.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned());
    }
    Ok(())
}
