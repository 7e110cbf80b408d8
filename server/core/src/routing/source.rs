//! A provider, and what it was last heard to offer.

use super::Route;
use parking_lot::RwLock;
use penny_ports::models::{ModelListing, ModelProvider};
use std::{sync::Arc, time::Duration};

/// How long a provider may take to say what it offers.
const LISTING_PATIENCE: Duration = Duration::from_secs(3);

/// Why a provider is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The operator named it: whether it answers or not, no other takes its place.
    Chosen,
    /// It is looked for, and there once it has been heard.
    Sought,
    /// It is always there, for when there is no other.
    BuiltIn,
}

/// A provider, and what it was last heard to offer.
#[derive(Debug)]
pub struct Source {
    provider: Arc<dyn ModelProvider>,
    standing: Standing,
    /// Nothing until it was asked once; without models when it gave no list.
    offer: RwLock<Option<Vec<ModelListing>>>,
}

impl Source {
    /// Takes in a provider that has not been asked yet.
    #[must_use]
    pub fn new(provider: Arc<dyn ModelProvider>, standing: Standing) -> Self {
        Self { provider, standing, offer: RwLock::default() }
    }

    pub(super) const fn provider(&self) -> &Arc<dyn ModelProvider> {
        &self.provider
    }

    pub(super) const fn standing(&self) -> Standing {
        self.standing
    }

    pub(super) fn is_there(&self) -> bool {
        self.standing != Standing::Sought || self.first_model().is_some()
    }

    pub(super) fn was_asked(&self) -> bool {
        self.offer.read().is_some()
    }

    pub(super) fn lists(&self, name: &str) -> bool {
        self.offer.read().iter().flatten().any(|model| model.id == name)
    }

    pub(super) fn first_model(&self) -> Option<String> {
        self.offer.read().iter().flatten().next().map(|model| model.id.clone())
    }

    pub(super) fn listed(&self) -> Vec<ModelListing> {
        self.offer.read().clone().unwrap_or_default()
    }

    pub(super) fn route(&self, model: String) -> Route {
        Route { provider: Arc::clone(&self.provider), model }
    }

    /// Asks what it offers. One that does not answer keeps what it offered before.
    pub(super) async fn ask(&self) {
        match tokio::time::timeout(LISTING_PATIENCE, self.provider.list()).await {
            Ok(Ok(models)) => self.heard(models),
            Ok(Err(error)) => self.missed(&error),
            Err(slow) => self.missed(&slow),
        }
    }

    fn heard(&self, models: Vec<ModelListing>) {
        if let (None, Some(first)) = (self.first_model(), models.first()) {
            tracing::info!(provider = self.provider.name(), model = first.id, "a provider lists its models");
        }
        *self.offer.write() = Some(models);
    }

    /// Says so once: one that has no list is asked again and again.
    fn missed(&self, why: &(dyn std::error::Error + 'static)) {
        let was_missed = self.was_asked() && self.first_model().is_none();
        self.offer.write().get_or_insert_default();
        if self.standing == Standing::Chosen && !was_missed {
            tracing::warn!(
                provider = self.provider.name(),
                error = why,
                "a provider does not list its models: name one in models.default, or in each message"
            );
        }
    }
}
