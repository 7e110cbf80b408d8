//! Which models there are: the operator's, a local Ollama if one answers, and the demo model.

use super::Outside;
use crate::config::Models;
use anyhow::{Context, Result};
use penny_core::routing::{Routing, Source, Standing};
use penny_providers::{Ollama, OpenAiCompatible, Vendor, Wiring, demo::DemoModel};
use std::{sync::Arc, time::Duration};

/// How long the start waits for providers to say what they offer; they are asked again beside the
/// requests.
const PATIENCE: Duration = Duration::from_millis(400);

/// Sets up the models in order of preference. What the operator configured is used by default whether
/// it has answered or not; the demo model only where there is nothing else.
pub(super) async fn routing(config: &Models, outside: &Outside) -> Result<Routing> {
    let routing = Routing::of(sources(config, outside)?, config.default.clone());
    // Whoever has not answered by then is asked again beside the requests.
    let _ = tokio::time::timeout(PATIENCE, routing.ask_all()).await;
    Ok(routing)
}

fn sources(config: &Models, outside: &Outside) -> Result<Vec<Source>> {
    let wiring = Wiring {
        silence: config.silence(),
        ..Wiring::new(outside.clients.clone(), Arc::clone(&outside.world.clock))
    };
    let mut sources = Vec::new();
    if let Some(base) = &config.openai_compatible.base_url {
        let vendor = Vendor::at(config.openai_compatible.name.clone(), base.clone());
        let key = config.openai_compatible.api_key.clone();
        let made = OpenAiCompatible::new(vendor, key, wiring.clone());
        let made = made.context("models.openai_compatible cannot be used")?;
        sources.push(Source::new(Arc::new(made), Standing::Chosen));
    }
    if let Some(base) = &config.ollama.base_url {
        let made = Ollama::new(base.clone(), wiring).context("models.ollama cannot be used")?;
        let standing = if config.ollama.is_configured() { Standing::Chosen } else { Standing::Sought };
        sources.push(Source::new(Arc::new(made), standing));
    }
    sources.push(Source::new(Arc::new(DemoModel::new()), Standing::BuiltIn));
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Environment};
    use penny_core::{ctx::Ctx, routing::Error};
    use penny_testkit::models::{Listing, MockModels};
    use penny_types::{TenantId, models::ModelView};
    use std::time::Instant;
    use tokio_util::sync::CancellationToken;
    use uuid::Uuid;

    fn config(settings: &[(&str, &str)]) -> Models {
        let off = [("PENNY__MODELS__OLLAMA__BASE_URL", "")];
        let all = off.iter().chain(settings).map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Config::load(None, &all.collect::<Environment>()).unwrap().models
    }

    /// The operator's provider at a server.
    fn at(server: &MockModels) -> Models {
        config(&[("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", &server.openai_url())])
    }

    async fn listed(routing: &Routing) -> Vec<ModelView> {
        let ctx = Ctx::system(TenantId(Uuid::from_u128(1)), Outside::default().world);
        routing.list(&ctx).await
    }

    fn default(routing: &Routing) -> Option<String> {
        routing.resolve(None).ok().map(|route| route.name())
    }

    #[tokio::test]
    async fn a_provider_that_is_slow_to_list_is_not_waited_for_and_is_the_default_when_it_has() {
        let server = MockModels::start_listing(Listing::default().after(Duration::from_millis(1_500))).await;
        let begun = Instant::now();
        let routing = routing(&at(&server), &Outside::default()).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(1), "the start waited {:?}", begun.elapsed());
        assert!(matches!(routing.resolve(None), Err(Error::Unnamed { .. })), "the demo does not step in");
        routing.clone().keep_asking(CancellationToken::new()).await;
        assert_eq!(default(&routing).as_deref(), Some("openai/mock"));
        let models = listed(&routing).await;
        assert!(models[0].is_default && models[0].id == "openai/mock", "{models:?}");
        assert!(models.iter().any(|model| model.is_demo && !model.is_default));
    }

    #[tokio::test]
    async fn a_provider_without_a_list_takes_any_name_and_needs_one() {
        let server = MockModels::start_listing(Listing::none()).await;
        let routing = routing(&at(&server), &Outside::default()).await.unwrap();
        assert!(matches!(routing.resolve(None), Err(Error::Unnamed { provider }) if provider == "openai"));
        for (name, sent) in [("openai/any", "any"), ("any", "any"), ("meta/any", "meta/any")] {
            let route = routing.resolve(Some(name)).unwrap();
            assert_eq!((route.provider.name(), route.model.as_str()), ("openai", sent), "{name}");
        }
        let models = listed(&routing).await;
        assert!(models.iter().all(|model| model.is_demo && !model.is_default), "{models:?}");
        let named = Models { default: Some("openai/any".to_owned()), ..at(&server) };
        let routing = super::routing(&named, &Outside::default()).await.unwrap();
        assert_eq!(default(&routing).as_deref(), Some("openai/any"));
        assert!(listed(&routing).await[0].is_default, "what is named is listed though the provider does not");
    }

    #[tokio::test]
    async fn nobody_at_the_operators_address_is_no_reason_for_the_demo_to_answer() {
        let nowhere = config(&[("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", "http://127.0.0.1:9/v1")]);
        let routing = routing(&nowhere, &Outside::default()).await.unwrap();
        assert!(matches!(routing.resolve(None), Err(Error::Unnamed { .. })));
    }

    #[tokio::test]
    async fn an_ollama_is_found_by_itself_and_without_one_the_demo_answers() {
        let server = MockModels::start().await;
        let here = config(&[("PENNY__MODELS__OLLAMA__BASE_URL", &server.ollama_url())]);
        let found = routing(&here, &Outside::default()).await.unwrap();
        assert_eq!(default(&found).as_deref(), Some("ollama/mock:latest"));
        let nobody = routing(&config(&[]), &Outside::default()).await.unwrap();
        assert_eq!(default(&nobody).as_deref(), Some("demo/penny-demo"));
    }

    #[tokio::test]
    async fn what_is_only_looked_for_is_there_once_it_answers() {
        let server = MockModels::start().await;
        let wiring = Wiring::new(Outside::default().clients, Outside::default().world.clock);
        let sought = |url: &str| {
            let ollama = Ollama::new(url.parse().unwrap(), wiring.clone()).unwrap();
            Source::new(Arc::new(ollama), Standing::Sought)
        };
        for (url, expected) in
            [(server.ollama_url().as_str(), "ollama/mock:latest"), ("http://127.0.0.1:9", "demo/penny-demo")]
        {
            let demo = Source::new(Arc::new(DemoModel::new()), Standing::BuiltIn);
            let routing = Routing::of(vec![sought(url), demo], None);
            routing.ask_all().await;
            assert_eq!(default(&routing).as_deref(), Some(expected));
        }
    }
}
