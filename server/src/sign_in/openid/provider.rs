//! The providers an operator configured, and what is known of each.

use super::Error;
use crate::config::OpenIdProvider;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use openidconnect::{
    AsyncHttpClient, ClientId, ClientSecret, HttpRequest, HttpResponse, IssuerUrl, JsonWebKeySet,
    core::{CoreJsonWebKeySet, CoreProviderMetadata},
};
use penny_core::{ctx::World, identity::ExternalRules};
use penny_net::{ClientFactory, HttpClient, NetError, Purpose};
use penny_types::TenantId;
use secrecy::{ExposeSecret, SecretString};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// How long metadata and keys are kept.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// The least time between two looks at the keys for the sake of an unknown one.
const BETWEEN_KEYS: TimeDelta = TimeDelta::seconds(10);
/// How long a provider may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The largest answer of a provider.
const MOST_BYTES: usize = 1024 * 1024;

/// Every provider, by the name in its addresses.
#[derive(Debug, Default)]
pub struct Providers(BTreeMap<String, Provider>);

impl Providers {
    /// Makes the providers.
    #[must_use]
    pub fn new(providers: impl IntoIterator<Item = Provider>) -> Self {
        Self(providers.into_iter().map(|provider| (provider.slug.clone(), provider)).collect())
    }

    /// Finds a provider of a tenant.
    #[must_use]
    pub fn find(&self, slug: &str, tenant: TenantId) -> Option<&Provider> {
        self.0.get(slug).filter(|provider| provider.tenant == tenant)
    }

    /// Lists a tenant's providers: the name in addresses and the one on the button.
    pub fn of(&self, tenant: TenantId) -> impl Iterator<Item = (String, String)> {
        self.0
            .values()
            .filter(move |provider| provider.tenant == tenant)
            .map(|provider| (provider.slug.clone(), provider.name.clone()))
    }

    /// Says whether a tenant has any.
    #[must_use]
    pub fn has_any(&self, tenant: TenantId) -> bool {
        self.of(tenant).next().is_some()
    }
}

/// One provider.
#[derive(Debug)]
pub struct Provider {
    slug: String,
    name: String,
    tenant: TenantId,
    issuer: IssuerUrl,
    /// Who we are to it.
    pub(super) client_id: ClientId,
    secret: Option<SecretString>,
    /// What is asked for.
    pub(super) scopes: Vec<String>,
    /// What the operator decided about its people.
    pub rules: ExternalRules,
    http: Http,
    known: Mutex<Option<Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    metadata: Arc<CoreProviderMetadata>,
    read_at: DateTime<Utc>,
    keys_read_at: DateTime<Utc>,
}

impl Provider {
    /// Makes a provider from its configuration.
    ///
    /// # Errors
    /// When the issuer's address is no use.
    pub fn new(
        slug: &str,
        config: &OpenIdProvider,
        tenant: TenantId,
        clients: &ClientFactory,
    ) -> Result<Self, Error> {
        let wrong = |error: &dyn std::fmt::Display| Error::Provider(error.to_string());
        // Issuers are compared as texts, and a Url adds a slash that many issuers lack.
        let issuer = config.issuer.as_str();
        let issuer = if config.issuer.path() == "/" { issuer.trim_end_matches('/') } else { issuer };
        Ok(Self {
            slug: slug.to_owned(),
            name: config.name.clone().unwrap_or_else(|| slug.to_owned()),
            tenant,
            issuer: IssuerUrl::new(issuer.to_owned()).map_err(|error| wrong(&error))?,
            client_id: ClientId::new(config.client_id.clone()),
            secret: config.client_secret.clone(),
            scopes: config.scopes().filter(|scope| *scope != "openid").map(ToOwned::to_owned).collect(),
            rules: ExternalRules { may_link_by_email: config.link_by_email, first_role: config.default_role },
            http: Http(
                clients.client(&Purpose::Issuer(config.issuer.clone())).map_err(|error| wrong(&error))?,
            ),
            known: Mutex::default(),
        })
    }

    /// Returns the name in its addresses.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// Returns what proves who we are, for a confidential client.
    pub(super) fn secret(&self) -> Option<ClientSecret> {
        self.secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().to_owned()))
    }

    /// Returns the provider's metadata and keys, read anew once an hour.
    pub(super) async fn metadata(&self, world: &World) -> Result<Arc<CoreProviderMetadata>, Error> {
        let mut known = self.known.lock().await;
        let now = world.now();
        if let Some(known) = known.as_ref().filter(|known| now - known.read_at < FRESH) {
            return Ok(Arc::clone(&known.metadata));
        }
        let read = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        match read {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Some(Known { metadata: Arc::clone(&metadata), read_at: now, keys_read_at: now });
                Ok(metadata)
            }
            // A provider that is away for a moment keeps what was known of it.
            Err(error) => match known.as_ref() {
                Some(old) => Ok(Arc::clone(&old.metadata)),
                None => Err(Error::Provider(in_words(&error))),
            },
        }
    }

    /// Reads the keys again for the sake of one that is not known; nothing when that was done a
    /// moment ago, or brings nothing new.
    pub(super) async fn newer_keys(&self, world: &World) -> Option<Arc<CoreProviderMetadata>> {
        let mut known = self.known.lock().await;
        let now = world.now();
        let old = known.as_mut()?;
        if now - old.keys_read_at < BETWEEN_KEYS {
            return None;
        }
        old.keys_read_at = now;
        let keys: CoreJsonWebKeySet =
            JsonWebKeySet::fetch_async(old.metadata.jwks_uri(), &self.http).await.ok()?;
        let metadata = Arc::new((*old.metadata).clone().set_jwks(keys));
        old.metadata = Arc::clone(&metadata);
        Some(metadata)
    }

    /// Returns the way to the provider.
    pub(super) const fn http(&self) -> &Http {
        &self.http
    }
}

/// The protocol's requests, sent by the one HTTP client.
#[derive(Debug, Clone)]
pub(super) struct Http(HttpClient);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = SendError;
    type Future = BoxFuture<'static, Result<HttpResponse, SendError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            match tokio::time::timeout(PATIENCE, client.fetch(request, MOST_BYTES)).await {
                Ok(answer) => Ok(answer?),
                Err(_) => Err(SendError::Slow),
            }
        })
    }
}

/// Says why a request of the protocol came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It failed.
    #[error(transparent)]
    Failed(#[from] NetError),
    /// It took too long.
    #[error("the provider took longer than {PATIENCE:?}")]
    Slow,
}

/// Writes an error with its causes on one line.
pub(super) fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        words = format!("{words}: {next}");
        cause = next.source();
    }
    words
}
