use super::{Error, Routing, Source, Standing};
use async_trait::async_trait;
use penny_ports::models::{ModelError, ModelListing, ModelProvider, ModelRequest, ModelStream};
use std::sync::Arc;

#[derive(Debug)]
struct Named(&'static str, &'static [&'static str]);

#[async_trait]
impl ModelProvider for Named {
    fn name(&self) -> &str {
        self.0
    }
    async fn stream(&self, _: ModelRequest) -> Result<ModelStream, ModelError> {
        Err(ModelError::Denied)
    }
    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        Ok(self.1.iter().map(|&id| ModelListing { id: id.to_owned(), name: id.to_owned() }).collect())
    }
}

const LISTED: &[&str] = &["gpt", "openai/gpt-oss", "demo/small", "ollama/llama"];

async fn routing() -> Routing {
    let sources = vec![
        Source::new(Arc::new(Named("openai", LISTED)), Standing::Chosen),
        Source::new(Arc::new(Named("ollama", &["llama"])), Standing::Sought),
        Source::new(Arc::new(Named("demo", &["penny-demo"])), Standing::BuiltIn),
    ];
    let routing = Routing::of(sources, None);
    routing.ask_all().await;
    routing
}

#[tokio::test]
async fn a_name_goes_to_its_provider_and_any_other_to_the_first() {
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
async fn a_name_that_the_first_provider_lists_goes_to_it_whole() {
    let routing = routing().await;
    for name in ["openai/gpt-oss", "demo/small", "ollama/llama"] {
        let route = routing.resolve(Some(name)).unwrap();
        assert_eq!((route.provider.name(), route.model.as_str()), ("openai", name));
        let again = routing.resolve(Some(&route.name())).unwrap();
        assert_eq!(again.name(), route.name(), "the name a turn keeps leads to the same model");
    }
}

#[tokio::test]
async fn what_cannot_be_a_name_is_refused() {
    let routing = routing().await;
    for name in ["", "a\nb", &"x".repeat(201)] {
        assert!(matches!(routing.resolve(Some(name)), Err(Error::BadName)), "{name:?}");
    }
    assert!(matches!(Routing::new(Vec::new(), Some("a".to_owned())).resolve(None), Err(Error::NoProvider)));
}

#[tokio::test]
async fn without_a_name_and_a_list_the_person_is_told_to_name_one() {
    let routing = Routing::new(vec![Arc::new(Named("openai", &[]))], None);
    routing.ask_all().await;
    assert!(matches!(routing.resolve(None), Err(Error::Unnamed { .. })));
    assert_eq!(routing.resolve(Some("gpt")).unwrap().name(), "openai/gpt");
}
