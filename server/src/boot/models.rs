//! Builds the model routing: the configured provider, a local Ollama if it responds, and the demo model.

use super::BootDeps;
use crate::config::ModelsConfig;
use anyhow::{Context, Result};
use penny_core::routing::{ProviderEntry, ProviderOrigin, Routing};
use penny_providers::{OllamaProvider, OpenAiCompatibleProvider, ProviderDeps, Vendor, demo::DemoModel};
use std::{sync::Arc, time::Duration};

/// How long the start waits for the providers' model lists; they are refreshed in the background later.
const STARTUP_TIMEOUT: Duration = Duration::from_millis(400);

/// Builds the routing with the providers in order of preference. A configured provider is the default
/// even if it has not responded; the demo model only if there is no other.
pub(super) async fn routing(config: &ModelsConfig, deps: &BootDeps) -> Result<Routing> {
    let routing = Routing::from_entries(provider_entries(config, deps)?, config.default.clone());
    // A provider that has not responded by then is refreshed in the background.
    let _ = tokio::time::timeout(STARTUP_TIMEOUT, routing.refresh_all()).await;
    Ok(routing)
}

fn provider_entries(config: &ModelsConfig, deps: &BootDeps) -> Result<Vec<ProviderEntry>> {
    let wiring = ProviderDeps {
        read_timeout: config.silence(),
        ..ProviderDeps::new(deps.clients.clone(), Arc::clone(&deps.system.clock))
    };
    let mut entries = Vec::new();
    if let Some(base) = &config.openai_compatible.base_url {
        let vendor = Vendor::for_url(config.openai_compatible.name.clone(), base.clone());
        let key = config.openai_compatible.api_key.clone();
        let provider = OpenAiCompatibleProvider::new(vendor, key, wiring.clone());
        let provider = provider.context("models.openai_compatible cannot be used")?;
        entries.push(ProviderEntry::new(Arc::new(provider), ProviderOrigin::Configured));
    }
    if let Some(base) = &config.ollama.base_url {
        let provider = OllamaProvider::new(base.clone(), wiring).context("models.ollama cannot be used")?;
        let origin = if config.ollama.is_configured() {
            ProviderOrigin::Configured
        } else {
            ProviderOrigin::Discovered
        };
        entries.push(ProviderEntry::new(Arc::new(provider), origin));
    }
    entries.push(ProviderEntry::new(Arc::new(DemoModel::new()), ProviderOrigin::BuiltIn));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Environment};
    use penny_core::routing::RoutingError;
    use penny_kernel::ctx::Ctx;
    use penny_testkit::models::{MockModelList, MockModelServer};
    use penny_types::{TenantId, models::ModelView};
    use std::time::Instant;
    use tokio_util::sync::CancellationToken;
    use uuid::Uuid;

    fn config(settings: &[(&str, &str)]) -> ModelsConfig {
        let without_ollama = [("PENNY__MODELS__OLLAMA__BASE_URL", "")];
        let all =
            without_ollama.iter().chain(settings).map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Config::load(None, &all.collect::<Environment>()).unwrap().models
    }

    /// Returns a configuration with an OpenAI-compatible provider at `server`.
    fn configured_at(server: &MockModelServer) -> ModelsConfig {
        config(&[("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", &server.openai_url())])
    }

    async fn listed(routing: &Routing) -> Vec<ModelView> {
        let ctx = Ctx::system(TenantId(Uuid::from_u128(1)), BootDeps::default().system, &[]);
        routing.list(&ctx).await
    }

    fn default_route(routing: &Routing) -> Option<String> {
        routing.resolve(None).ok().map(|route| route.name())
    }

    #[tokio::test]
    async fn start_does_not_wait_for_a_slow_model_list_and_the_provider_becomes_the_default_later() {
        let server = MockModelServer::start_with_list(
            MockModelList::default().with_delay(Duration::from_millis(1_500)),
        )
        .await;
        let started = Instant::now();
        let routing = routing(&configured_at(&server), &BootDeps::default()).await.unwrap();
        assert!(started.elapsed() < Duration::from_secs(1), "the start waited {:?}", started.elapsed());
        assert!(
            matches!(routing.resolve(None), Err(RoutingError::NoDefaultModel { .. })),
            "the demo model is not the default"
        );
        routing.clone().refresh_until_listed(CancellationToken::new()).await;
        assert_eq!(default_route(&routing).as_deref(), Some("openai/mock"));
        let models = listed(&routing).await;
        assert!(models[0].is_default && models[0].id == "openai/mock", "{models:?}");
        assert!(models.iter().any(|model| model.is_demo && !model.is_default));
    }

    #[tokio::test]
    async fn a_provider_without_a_model_list_accepts_any_model_name_and_requires_one() {
        let server = MockModelServer::start_with_list(MockModelList::not_found()).await;
        let routing = routing(&configured_at(&server), &BootDeps::default()).await.unwrap();
        assert!(
            matches!(routing.resolve(None), Err(RoutingError::NoDefaultModel { provider }) if provider == "openai")
        );
        for (name, sent) in [("openai/any", "any"), ("any", "any"), ("meta/any", "meta/any")] {
            let route = routing.resolve(Some(name)).unwrap();
            assert_eq!((route.provider.name(), route.model.as_str()), ("openai", sent), "{name}");
        }
        let models = listed(&routing).await;
        assert!(models.iter().all(|model| model.is_demo && !model.is_default), "{models:?}");
        let named = ModelsConfig { default: Some("openai/any".to_owned()), ..configured_at(&server) };
        let routing = super::routing(&named, &BootDeps::default()).await.unwrap();
        assert_eq!(default_route(&routing).as_deref(), Some("openai/any"));
        assert!(
            listed(&routing).await[0].is_default,
            "the configured model is listed although the provider does not list it"
        );
    }

    #[tokio::test]
    async fn an_unreachable_configured_provider_is_not_replaced_by_the_demo_model() {
        let unreachable = config(&[("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", "http://127.0.0.1:9/v1")]);
        let routing = routing(&unreachable, &BootDeps::default()).await.unwrap();
        assert!(matches!(routing.resolve(None), Err(RoutingError::NoDefaultModel { .. })));
    }

    #[tokio::test]
    async fn a_local_ollama_is_discovered_and_without_one_the_demo_model_is_the_default() {
        let server = MockModelServer::start().await;
        let reachable = config(&[("PENNY__MODELS__OLLAMA__BASE_URL", &server.ollama_url())]);
        let discovered = routing(&reachable, &BootDeps::default()).await.unwrap();
        assert_eq!(default_route(&discovered).as_deref(), Some("ollama/mock:latest"));
        let demo_only = routing(&config(&[]), &BootDeps::default()).await.unwrap();
        assert_eq!(default_route(&demo_only).as_deref(), Some("demo/penny-demo"));
    }

    #[tokio::test]
    async fn a_discovered_provider_is_used_once_it_responds() {
        let server = MockModelServer::start().await;
        let wiring = ProviderDeps::new(BootDeps::default().clients, BootDeps::default().system.clock);
        let discovered = |url: &str| {
            let ollama = OllamaProvider::new(url.parse().unwrap(), wiring.clone()).unwrap();
            ProviderEntry::new(Arc::new(ollama), ProviderOrigin::Discovered)
        };
        for (url, expected) in
            [(server.ollama_url().as_str(), "ollama/mock:latest"), ("http://127.0.0.1:9", "demo/penny-demo")]
        {
            let demo = ProviderEntry::new(Arc::new(DemoModel::new()), ProviderOrigin::BuiltIn);
            let routing = Routing::from_entries(vec![discovered(url), demo], None);
            routing.refresh_all().await;
            assert_eq!(default_route(&routing).as_deref(), Some(expected));
        }
    }
}
