use super::{Error, Routing};
use async_trait::async_trait;
use penny_ports::models::{ModelError, ModelListing, ModelProvider, ModelRequest, ModelStream};
use std::sync::Arc;

#[derive(Debug)]
struct Named(&'static str);

#[async_trait]
impl ModelProvider for Named {
    fn name(&self) -> &str {
        self.0
    }
    async fn stream(&self, _: ModelRequest) -> Result<ModelStream, ModelError> {
        Err(ModelError::Denied)
    }
    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        Ok(Vec::new())
    }
}

fn routing() -> Routing {
    Routing::new(vec![Arc::new(Named("openai")), Arc::new(Named("demo"))], "demo/penny-demo".to_owned())
}

#[test]
fn a_name_goes_to_its_provider_and_any_other_to_the_first() {
    for (name, provider, model) in [
        (None, "demo", "penny-demo"),
        (Some("openai/gpt"), "openai", "gpt"),
        (Some("demo/x/y"), "demo", "x/y"),
        (Some("meta/llama"), "openai", "meta/llama"),
        (Some("mock-ttft200-itl20"), "openai", "mock-ttft200-itl20"),
    ] {
        let route = routing().resolve(name).unwrap();
        assert_eq!((route.provider.name(), route.model.as_str()), (provider, model), "{name:?}");
    }
}

#[test]
fn what_cannot_be_a_name_is_refused() {
    for name in ["", "a\nb", &"x".repeat(201)] {
        assert!(matches!(routing().resolve(Some(name)), Err(Error::BadName)), "{name:?}");
    }
    assert!(matches!(Routing::new(Vec::new(), "a".to_owned()).resolve(None), Err(Error::NoProvider)));
}
