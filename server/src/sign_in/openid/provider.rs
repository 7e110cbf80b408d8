//! The configured OpenID Connect providers, with their cached metadata and keys.

use super::OpenIdError;
use crate::config::OpenIdProviderConfig;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use openidconnect::{
    AsyncHttpClient, ClientId, ClientSecret, HttpRequest, HttpResponse, IssuerUrl, JsonWebKeySet,
    core::{CoreJsonWebKeySet, CoreProviderMetadata},
};
use penny_core::identity::ExternalSignInOptions;
use penny_kernel::ctx::SystemPorts;
use penny_net::{ClientFactory, HttpClient, NetError, Purpose};
use penny_types::TenantId;
use secrecy::{ExposeSecret, SecretString};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// How long metadata and keys are cached.
const METADATA_TTL: TimeDelta = TimeDelta::hours(1);
/// The minimum time between two refreshes of the keys because of an unknown key.
const KEY_REFRESH_INTERVAL: TimeDelta = TimeDelta::seconds(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// The maximum size of a provider's response.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// The providers by slug.
#[derive(Debug, Default)]
pub struct OpenIdProviders(BTreeMap<String, OpenIdProvider>);

impl OpenIdProviders {
    #[must_use]
    pub fn new(providers: impl IntoIterator<Item = OpenIdProvider>) -> Self {
        Self(providers.into_iter().map(|provider| (provider.slug.clone(), provider)).collect())
    }

    /// Returns a provider of a tenant.
    #[must_use]
    pub fn find(&self, slug: &str, tenant: TenantId) -> Option<&OpenIdProvider> {
        self.0.get(slug).filter(|provider| provider.tenant == tenant)
    }

    /// Lists a tenant's providers as pairs of slug and display name.
    pub fn list(&self, tenant: TenantId) -> impl Iterator<Item = (String, String)> {
        self.0
            .values()
            .filter(move |provider| provider.tenant == tenant)
            .map(|provider| (provider.slug.clone(), provider.name.clone()))
    }

    /// Returns whether a tenant has a provider.
    #[must_use]
    pub fn has_any(&self, tenant: TenantId) -> bool {
        self.list(tenant).next().is_some()
    }
}

/// A configured provider.
#[derive(Debug)]
pub struct OpenIdProvider {
    slug: String,
    name: String,
    tenant: TenantId,
    issuer: IssuerUrl,
    pub(super) client_id: ClientId,
    secret: Option<SecretString>,
    /// Requested scopes besides `openid`.
    pub(super) scopes: Vec<String>,
    /// Options for linking and creating accounts.
    pub options: ExternalSignInOptions,
    http: OpenIdHttpClient,
    cached: Mutex<Option<CachedMetadata>>,
}

#[derive(Debug, Clone)]
struct CachedMetadata {
    metadata: Arc<CoreProviderMetadata>,
    fetched_at: DateTime<Utc>,
    keys_fetched_at: DateTime<Utc>,
}

impl OpenIdProvider {
    /// Builds a provider from its configuration.
    ///
    /// # Errors
    /// Returns an error if the issuer's URL is invalid.
    pub fn new(
        slug: &str,
        config: &OpenIdProviderConfig,
        tenant: TenantId,
        clients: &ClientFactory,
    ) -> Result<Self, OpenIdError> {
        let provider_error = |error: &dyn std::fmt::Display| OpenIdError::Provider(error.to_string());
        // Issuers are compared as strings, and `Url` adds a trailing slash that many issuers lack.
        let issuer = config.issuer.as_str();
        let issuer = if config.issuer.path() == "/" { issuer.trim_end_matches('/') } else { issuer };
        Ok(Self {
            slug: slug.to_owned(),
            name: config.name.clone().unwrap_or_else(|| slug.to_owned()),
            tenant,
            issuer: IssuerUrl::new(issuer.to_owned()).map_err(|error| provider_error(&error))?,
            client_id: ClientId::new(config.client_id.clone()),
            secret: config.client_secret.clone(),
            scopes: config.scopes().filter(|scope| *scope != "openid").map(ToOwned::to_owned).collect(),
            options: ExternalSignInOptions {
                can_link_by_email: config.link_by_email,
                initial_role: config.default_role,
            },
            http: OpenIdHttpClient(
                clients
                    .client(&Purpose::Issuer(config.issuer.clone()))
                    .map_err(|error| provider_error(&error))?,
            ),
            cached: Mutex::default(),
        })
    }

    /// Returns the provider's name in URLs.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// Returns the client secret of a confidential client.
    pub(super) fn secret(&self) -> Option<ClientSecret> {
        self.secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().to_owned()))
    }

    /// Returns the provider's metadata and keys, from the cache or by discovery. If discovery fails, an
    /// expired cache entry is used.
    pub(super) async fn metadata(
        &self,
        system: &SystemPorts,
    ) -> Result<Arc<CoreProviderMetadata>, OpenIdError> {
        let mut cached = self.cached.lock().await;
        let now = system.now();
        if let Some(cached) = cached.as_ref().filter(|cached| now - cached.fetched_at < METADATA_TTL) {
            return Ok(Arc::clone(&cached.metadata));
        }
        let discovered = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        match discovered {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *cached = Some(CachedMetadata {
                    metadata: Arc::clone(&metadata),
                    fetched_at: now,
                    keys_fetched_at: now,
                });
                Ok(metadata)
            }
            Err(error) => match cached.as_ref() {
                Some(old) => Ok(Arc::clone(&old.metadata)),
                None => Err(OpenIdError::Provider(error_chain(&error))),
            },
        }
    }

    /// Fetches the keys again because of an unknown key. Returns `None` if they were fetched less than
    /// [`KEY_REFRESH_INTERVAL`] ago or cannot be fetched.
    pub(super) async fn refresh_keys(&self, system: &SystemPorts) -> Option<Arc<CoreProviderMetadata>> {
        let mut cached = self.cached.lock().await;
        let now = system.now();
        let entry = cached.as_mut()?;
        if now - entry.keys_fetched_at < KEY_REFRESH_INTERVAL {
            return None;
        }
        entry.keys_fetched_at = now;
        let keys: CoreJsonWebKeySet =
            JsonWebKeySet::fetch_async(entry.metadata.jwks_uri(), &self.http).await.ok()?;
        let metadata = Arc::new((*entry.metadata).clone().set_jwks(keys));
        entry.metadata = Arc::clone(&metadata);
        Some(metadata)
    }

    pub(super) const fn http(&self) -> &OpenIdHttpClient {
        &self.http
    }
}

/// Sends the requests of the `openidconnect` crate with the workspace's HTTP client.
#[derive(Debug, Clone)]
pub(super) struct OpenIdHttpClient(HttpClient);

impl<'c> AsyncHttpClient<'c> for OpenIdHttpClient {
    type Error = OpenIdHttpError;
    type Future = BoxFuture<'static, Result<HttpResponse, OpenIdHttpError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            match tokio::time::timeout(REQUEST_TIMEOUT, client.fetch(request, MAX_RESPONSE_BYTES)).await {
                Ok(response) => Ok(response?),
                Err(_) => Err(OpenIdHttpError::Timeout),
            }
        })
    }
}

/// A request to a provider failed.
#[derive(Debug, thiserror::Error)]
pub enum OpenIdHttpError {
    #[error(transparent)]
    Failed(#[from] NetError),
    #[error("the provider did not respond within {REQUEST_TIMEOUT:?}")]
    Timeout,
}

/// Formats an error and its causes on one line.
pub(super) fn error_chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        message = format!("{message}: {next}");
        cause = next.source();
    }
    message
}
