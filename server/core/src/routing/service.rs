use super::{
    RoutingError,
    provider::{ProviderEntry, ProviderOrigin},
};
use penny_kernel::ctx::Ctx;
use penny_ports::models::ModelProvider;
use penny_types::models::ModelView;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Maximum length of a model name, in bytes.
const MODEL_NAME_BYTES_MAX: usize = 200;
/// First and longest delay between requests for a model list; the delay doubles each time.
const REFRESH_DELAYS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// A provider and one of its models.
#[derive(Debug, Clone)]
pub struct Route {
    pub provider: Arc<dyn ModelProvider>,
    /// The model name without the provider prefix.
    pub model: String,
}

impl Route {
    /// Returns `provider/model`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.provider.name(), self.model)
    }
}

/// Chooses the provider and model of a request.
#[derive(Debug, Clone)]
pub struct Routing {
    entries: Arc<[ProviderEntry]>,
    default_model: Option<String>,
}

impl Routing {
    /// Creates the routing for configured providers in order of preference. `default_model` is used if a
    /// message names no model.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn ModelProvider>>, default_model: Option<String>) -> Self {
        let entry = |provider| ProviderEntry::new(provider, ProviderOrigin::Configured);
        Self::from_entries(providers.into_iter().map(entry).collect(), default_model)
    }

    /// Creates the routing for providers in order of preference.
    #[must_use]
    pub fn from_entries(entries: Vec<ProviderEntry>, default_model: Option<String>) -> Self {
        Self { entries: entries.into(), default_model }
    }

    /// Resolves a model name, or the default model for `None`.
    ///
    /// 1. A name that the first provider lists goes to the first provider unchanged.
    /// 2. Otherwise the prefix before the first `/` selects the provider of that name and is removed.
    /// 3. Any other name goes to the first provider unchanged, since a provider may accept models that it
    ///    does not list.
    ///
    /// # Errors
    /// If there is no provider, the name is invalid, or no name is given and there is no default.
    pub fn resolve(&self, name: Option<&str>) -> Result<Route, RoutingError> {
        let first = self.first().ok_or(RoutingError::NoProvider)?;
        let Some(name) = name.or(self.default_model.as_deref()) else {
            let no_default = || RoutingError::NoDefaultModel { provider: first.provider().name().to_owned() };
            return first.first_model_id().map(|model| first.route(model)).ok_or_else(no_default);
        };
        if name.is_empty() || name.len() > MODEL_NAME_BYTES_MAX || name.chars().any(char::is_control) {
            return Err(RoutingError::InvalidModelName);
        }
        if first.has_model(name) {
            return Ok(first.route(name.to_owned()));
        }
        let by_prefix = name.split_once('/').and_then(|(prefix, model)| {
            let entry = self.available().find(|entry| entry.provider().name() == prefix)?;
            Some(entry.route(model.to_owned()))
        });
        Ok(by_prefix.unwrap_or_else(|| first.route(name.to_owned())))
    }

    /// Lists the available models, the default first. If a provider does not respond, its last known
    /// models are returned.
    pub async fn list(&self, _ctx: &Ctx) -> Vec<ModelView> {
        self.refresh_all().await;
        let default = self.resolve(None).ok();
        let default_id = default.as_ref().map(Route::name);
        let view = |provider: &Arc<dyn ModelProvider>, model: &str, name: String| {
            let id = format!("{}/{model}", provider.name());
            ModelView {
                is_default: default_id.as_ref() == Some(&id),
                id,
                name,
                provider: provider.name().to_owned(),
                is_demo: provider.is_demo(),
            }
        };
        let mut models: Vec<ModelView> = Vec::new();
        for entry in self.entries.iter() {
            let listed = entry.models().into_iter();
            models.extend(listed.map(|model| view(entry.provider(), &model.id, model.name)));
        }
        if let Some(route) = default.filter(|_| !models.iter().any(|model| model.is_default)) {
            models.push(view(&route.provider, &route.model, route.model.clone()));
        }
        models.sort_by_key(|model| !model.is_default);
        models
    }

    /// Refreshes the model lists of all providers concurrently.
    pub async fn refresh_all(&self) {
        futures::future::join_all(self.entries.iter().map(ProviderEntry::refresh)).await;
    }

    /// Lists the first provider's models if a message without a model name needs the default model and
    /// they have not been listed yet.
    pub(crate) async fn ensure_default_listed(&self, name: Option<&str>) {
        let is_named = name.is_some() || self.default_model.is_some();
        if let Some(first) = self.first().filter(|first| !is_named && !first.is_listed()) {
            first.refresh().await;
        }
    }

    /// Refreshes the configured providers with increasing delays until each has listed a model or the
    /// server stops.
    pub async fn refresh_until_listed(self, stopping: CancellationToken) {
        let (mut delay, longest) = REFRESH_DELAYS;
        let is_unlisted = |entry: &&ProviderEntry| {
            entry.origin() == ProviderOrigin::Configured && entry.first_model_id().is_none()
        };
        loop {
            let unlisted: Vec<&ProviderEntry> = self.entries.iter().filter(is_unlisted).collect();
            if unlisted.is_empty() {
                return;
            }
            futures::future::join_all(unlisted.into_iter().map(ProviderEntry::refresh)).await;
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(delay) => delay = longest.min(delay * 2),
            }
        }
    }

    fn available(&self) -> impl Iterator<Item = &ProviderEntry> {
        self.entries.iter().filter(|entry| entry.is_available())
    }

    /// Returns the provider used for names without a known prefix.
    fn first(&self) -> Option<&ProviderEntry> {
        self.available().next()
    }
}
