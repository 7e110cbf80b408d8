use super::{ProviderEntry, ProviderOrigin, Routing, RoutingError};
use async_trait::async_trait;
use penny_ports::models::{ModelError, ModelListing, ModelProvider, ModelRequest, ModelStream};
use std::sync::Arc;

#[derive(Debug)]
struct StubProvider(&'static str, &'static [&'static str]);

#[async_trait]
impl ModelProvider for StubProvider {
    fn name(&self) -> &str {
        self.0
    }
    async fn stream(&self, _: ModelRequest) -> Result<ModelStream, ModelError> {
        Err(ModelError::Unauthorized)
    }
    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        Ok(self.1.iter().map(|&id| ModelListing { id: id.to_owned(), name: id.to_owned() }).collect())
    }
}

const OPENAI_MODELS: &[&str] = &["gpt", "openai/gpt-oss", "demo/small", "ollama/llama"];

async fn routing() -> Routing {
    let entries = vec![
        ProviderEntry::new(Arc::new(StubProvider("openai", OPENAI_MODELS)), ProviderOrigin::Configured),
        ProviderEntry::new(Arc::new(StubProvider("ollama", &["llama"])), ProviderOrigin::Discovered),
        ProviderEntry::new(Arc::new(StubProvider("demo", &["penny-demo"])), ProviderOrigin::BuiltIn),
    ];
    let routing = Routing::from_entries(entries, None);
    routing.refresh_all().await;
    routing
}

#[tokio::test]
async fn a_prefixed_name_goes_to_its_provider_and_any_other_to_the_first() {
    let routing = routing().await;
    for (name, provider, model) in [
        (None, "openai", "gpt"),
        (Some("openai/gpt"), "openai", "gpt"),
        (Some("openai/not-listed"), "openai", "not-listed"),
        (Some("demo/x/y"), "demo", "x/y"),
        (Some("ollama/mistral"), "ollama", "mistral"),
        (Some("meta/llama"), "openai", "meta/llama"),
        (Some("mock-ttft200-itl20"), "openai", "mock-ttft200-itl20"),
    ] {
        let route = routing.resolve(name).unwrap();
        assert_eq!((route.provider.name(), route.model.as_str()), (provider, model), "{name:?}");
    }
}

#[tokio::test]
async fn a_name_listed_by_the_first_provider_goes_to_it_unchanged() {
    let routing = routing().await;
    for name in ["openai/gpt-oss", "demo/small", "ollama/llama"] {
        let route = routing.resolve(Some(name)).unwrap();
        assert_eq!((route.provider.name(), route.model.as_str()), ("openai", name));
        let again = routing.resolve(Some(&route.name())).unwrap();
        assert_eq!(again.name(), route.name(), "a stored route name resolves to the same model");
    }
}

#[tokio::test]
async fn an_invalid_model_name_is_rejected() {
    let routing = routing().await;
    for name in ["", "a\nb", &"x".repeat(201)] {
        assert!(matches!(routing.resolve(Some(name)), Err(RoutingError::InvalidModelName)), "{name:?}");
    }
    assert!(matches!(
        Routing::new(Vec::new(), Some("a".to_owned())).resolve(None),
        Err(RoutingError::NoProvider)
    ));
}

#[tokio::test]
async fn without_a_name_and_a_model_list_an_error_is_returned() {
    let routing = Routing::new(vec![Arc::new(StubProvider("openai", &[]))], None);
    routing.refresh_all().await;
    assert!(matches!(routing.resolve(None), Err(RoutingError::NoDefaultModel { .. })));
    assert_eq!(routing.resolve(Some("gpt")).unwrap().name(), "openai/gpt");
}
