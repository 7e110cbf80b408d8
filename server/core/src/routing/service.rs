use super::Error;
use crate::ctx::Ctx;
use penny_ports::models::{ModelListing, ModelProvider};
use penny_types::models::ModelView;
use std::{sync::Arc, time::Duration};

/// The longest name of a model, in bytes.
const NAME_MAX: usize = 200;
/// How long a provider may take to say what it offers before it is left out of the list.
const LISTING_PATIENCE: Duration = Duration::from_secs(3);

/// A provider and the name by which it knows the model.
#[derive(Debug, Clone)]
pub struct Route {
    /// Whom to ask.
    pub provider: Arc<dyn ModelProvider>,
    /// For what.
    pub model: String,
}

impl Route {
    /// Returns `provider/model`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.provider.name(), self.model)
    }
}

/// Chooses models.
#[derive(Debug, Clone)]
pub struct Routing {
    providers: Arc<[Arc<dyn ModelProvider>]>,
    fallback: String,
}

impl Routing {
    /// Sets up routing over the providers in order of preference; `fallback` is the `provider/model`
    /// used when none is named.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn ModelProvider>>, fallback: String) -> Self {
        Self { providers: providers.into(), fallback }
    }

    /// Finds who answers for a name. A name without a known provider in front goes to the first
    /// provider as it is: an operator's provider may know models that it does not list.
    ///
    /// # Errors
    /// When there is no provider, or the name is none.
    pub fn resolve(&self, name: Option<&str>) -> Result<Route, Error> {
        let name = name.unwrap_or(&self.fallback);
        if name.is_empty() || name.len() > NAME_MAX || name.chars().any(char::is_control) {
            return Err(Error::BadName);
        }
        let by_prefix = name.split_once('/').and_then(|(prefix, model)| {
            let provider = self.providers.iter().find(|provider| provider.name() == prefix)?;
            Some(Route { provider: Arc::clone(provider), model: model.to_owned() })
        });
        let as_it_is = || {
            self.providers.first().map(|first| Route { provider: Arc::clone(first), model: name.to_owned() })
        };
        by_prefix.or_else(as_it_is).ok_or(Error::NoProvider)
    }

    /// Lists the models the person may pick, the one used by default first. A provider that does not
    /// answer is left out.
    pub async fn list(&self, _ctx: &Ctx) -> Vec<ModelView> {
        let listings = self.providers.iter().map(|provider| async move {
            match tokio::time::timeout(LISTING_PATIENCE, provider.list()).await {
                Ok(Ok(models)) => models.into_iter().map(|model| self.view(provider, model)).collect(),
                Ok(Err(error)) => {
                    tracing::warn!(provider = provider.name(), error = %error, "a provider does not list its models");
                    Vec::new()
                }
                Err(_) => {
                    tracing::warn!(provider = provider.name(), "a provider took too long to list its models");
                    Vec::new()
                }
            }
        });
        let mut models: Vec<ModelView> =
            futures::future::join_all(listings).await.into_iter().flatten().collect();
        if !models.iter().any(|model| model.is_default)
            && let Ok(route) = self.resolve(None)
        {
            let listing = ModelListing { id: route.model.clone(), name: route.model.clone() };
            models.push(self.view(&route.provider, listing));
        }
        models.sort_by_key(|model| !model.is_default);
        models
    }

    fn view(&self, provider: &Arc<dyn ModelProvider>, model: ModelListing) -> ModelView {
        let id = format!("{}/{}", provider.name(), model.id);
        ModelView {
            is_default: id == self.fallback || model.id == self.fallback,
            id,
            name: model.name,
            provider: provider.name().to_owned(),
            is_demo: provider.is_demo(),
        }
    }
}
