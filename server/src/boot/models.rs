//! Which models there are: the operator's, a local Ollama if one answers, and the demo model.

use super::Outside;
use crate::config::Models;
use anyhow::{Context, Result};
use penny_core::routing::Routing;
use penny_ports::models::ModelProvider;
use penny_providers::{Ollama, OpenAiCompatible, Vendor, Wiring, demo::DemoModel};
use std::{sync::Arc, time::Duration};

/// How long a provider may take to answer at the start; one that is slower is still used when named.
const PATIENCE: Duration = Duration::from_millis(400);

/// Sets up the models in order of preference and picks the one used by default.
pub(super) async fn routing(config: &Models, outside: &Outside) -> Result<Routing> {
    let wiring = Wiring {
        silence: config.silence(),
        ..Wiring::new(outside.clients.clone(), Arc::clone(&outside.world.clock))
    };
    let mut providers: Vec<Arc<dyn ModelProvider>> = Vec::new();
    let mut fallback = None;
    if let Some(base) = &config.openai_compatible.base_url {
        let vendor = Vendor::at(config.openai_compatible.name.clone(), base.clone());
        let key = config.openai_compatible.api_key.clone();
        let made = OpenAiCompatible::new(vendor, key, wiring.clone());
        let provider: Arc<dyn ModelProvider> =
            Arc::new(made.context("models.openai_compatible cannot be used")?);
        fallback = first_model(&*provider).await;
        if fallback.is_none() {
            tracing::warn!(
                provider = provider.name(),
                "the provider lists no models: name one in models.default, or in each message"
            );
        }
        providers.push(provider);
    }
    if let Some(base) = &config.ollama.base_url {
        let made = Ollama::new(base.clone(), wiring);
        let provider: Arc<dyn ModelProvider> = Arc::new(made.context("models.ollama cannot be used")?);
        if let Some(model) = first_model(&*provider).await {
            tracing::info!(model, "a local Ollama was found");
            fallback = fallback.or(Some(model));
            providers.push(provider);
        }
    }
    let demo: Arc<dyn ModelProvider> = Arc::new(DemoModel::new());
    if fallback.is_none() {
        fallback = first_model(&*demo).await;
    }
    providers.push(demo);
    let fallback = config.default.clone().or(fallback).unwrap_or_default();
    Ok(Routing::new(providers, fallback))
}

/// Asks a provider what it offers, briefly, and returns the first as `provider/model`.
pub(crate) async fn first_model(provider: &dyn ModelProvider) -> Option<String> {
    let listed = tokio::time::timeout(PATIENCE, provider.list()).await.ok()?.ok()?;
    listed.first().map(|model| format!("{}/{}", provider.name(), model.id))
}
