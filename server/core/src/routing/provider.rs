//! A registered provider and its last known model list.

use super::Route;
use parking_lot::RwLock;
use penny_ports::models::{ModelListing, ModelProvider};
use std::{sync::Arc, time::Duration};

/// Time limit for listing the models of one provider.
const LIST_TIMEOUT: Duration = Duration::from_secs(3);

/// How a provider came to be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderOrigin {
    /// Named in the configuration. It is available even if it does not respond.
    Configured,
    /// Probed at its default address. It is available once it has listed a model.
    Discovered,
    /// Part of the server and always available; used last.
    BuiltIn,
}

/// A registered provider and its last known model list.
#[derive(Debug)]
pub struct ProviderEntry {
    provider: Arc<dyn ModelProvider>,
    origin: ProviderOrigin,
    /// `None` until the first refresh; empty if listing failed.
    models: RwLock<Option<Vec<ModelListing>>>,
}

impl ProviderEntry {
    /// Registers a provider whose models have not been listed yet.
    #[must_use]
    pub fn new(provider: Arc<dyn ModelProvider>, origin: ProviderOrigin) -> Self {
        Self { provider, origin, models: RwLock::default() }
    }

    pub(super) const fn provider(&self) -> &Arc<dyn ModelProvider> {
        &self.provider
    }

    pub(super) const fn origin(&self) -> ProviderOrigin {
        self.origin
    }

    pub(super) fn is_available(&self) -> bool {
        self.origin != ProviderOrigin::Discovered || self.first_model_id().is_some()
    }

    /// Returns whether the models have been requested at least once, successfully or not.
    pub(super) fn is_listed(&self) -> bool {
        self.models.read().is_some()
    }

    pub(super) fn has_model(&self, name: &str) -> bool {
        self.models.read().iter().flatten().any(|model| model.id == name)
    }

    pub(super) fn first_model_id(&self) -> Option<String> {
        self.models.read().iter().flatten().next().map(|model| model.id.clone())
    }

    pub(super) fn models(&self) -> Vec<ModelListing> {
        self.models.read().clone().unwrap_or_default()
    }

    pub(super) fn route(&self, model: String) -> Route {
        Route { provider: Arc::clone(&self.provider), model }
    }

    /// Requests the model list. On failure the previous list is kept.
    pub(super) async fn refresh(&self) {
        match tokio::time::timeout(LIST_TIMEOUT, self.provider.list()).await {
            Ok(Ok(models)) => self.set_models(models),
            Ok(Err(error)) => self.log_list_failure(&error),
            Err(elapsed) => self.log_list_failure(&elapsed),
        }
    }

    fn set_models(&self, models: Vec<ModelListing>) {
        if let (None, Some(first)) = (self.first_model_id(), models.first()) {
            tracing::info!(
                provider = self.provider.name(),
                model = first.id,
                "model provider listed its models"
            );
        }
        *self.models.write() = Some(models);
    }

    /// Logs the first failure only, since the list is requested repeatedly.
    fn log_list_failure(&self, error: &(dyn std::error::Error + 'static)) {
        let has_failed_before = self.is_listed() && self.first_model_id().is_none();
        self.models.write().get_or_insert_default();
        if self.origin == ProviderOrigin::Configured && !has_failed_before {
            tracing::warn!(
                provider = self.provider.name(),
                error,
                "model provider did not list its models; set models.default or name a model in each message"
            );
        }
    }
}
