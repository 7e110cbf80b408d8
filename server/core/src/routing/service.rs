use super::{
    Error,
    source::{Source, Standing},
};
use crate::ctx::Ctx;
use penny_ports::models::ModelProvider;
use penny_types::models::ModelView;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// The longest name of a model, in bytes.
const NAME_MAX: usize = 200;
/// Between two tries to learn what a provider offers, the first and the longest; each is twice the
/// one before.
const ASK_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

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
    sources: Arc<[Source]>,
    named: Option<String>,
}

impl Routing {
    /// Sets up routing over providers in order of preference, all of the operator's choice; `named` is
    /// the `provider/model` used when a message names none.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn ModelProvider>>, named: Option<String>) -> Self {
        let chosen = |provider| Source::new(provider, Standing::Chosen);
        Self::of(providers.into_iter().map(chosen).collect(), named)
    }

    /// Sets up routing over sources in order of preference.
    #[must_use]
    pub fn of(sources: Vec<Source>, named: Option<String>) -> Self {
        Self { sources: sources.into(), named }
    }

    /// Finds who answers for a name. A name that the first provider lists goes to it whole, whatever
    /// it begins with. Of any other, a known provider's name in front is taken off; one without goes
    /// to the first provider as it is: an operator's provider may know models that it does not list.
    ///
    /// # Errors
    /// When there is no provider, the name is none, or none is given and none is known.
    pub fn resolve(&self, name: Option<&str>) -> Result<Route, Error> {
        let first = self.first().ok_or(Error::NoProvider)?;
        let Some(name) = name.or(self.named.as_deref()) else {
            let unnamed = || Error::Unnamed { provider: first.provider().name().to_owned() };
            return first.first_model().map(|model| first.route(model)).ok_or_else(unnamed);
        };
        if name.is_empty() || name.len() > NAME_MAX || name.chars().any(char::is_control) {
            return Err(Error::BadName);
        }
        if first.lists(name) {
            return Ok(first.route(name.to_owned()));
        }
        let by_prefix = name.split_once('/').and_then(|(prefix, model)| {
            let source = self.there().find(|source| source.provider().name() == prefix)?;
            Some(source.route(model.to_owned()))
        });
        Ok(by_prefix.unwrap_or_else(|| first.route(name.to_owned())))
    }

    /// Lists the models the person may pick, the one used by default first. A provider that does not
    /// answer is listed with what it offered last.
    pub async fn list(&self, _ctx: &Ctx) -> Vec<ModelView> {
        self.ask_all().await;
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
        for source in self.sources.iter() {
            let listed = source.listed().into_iter();
            models.extend(listed.map(|model| view(source.provider(), &model.id, model.name)));
        }
        if let Some(route) = default.filter(|_| !models.iter().any(|model| model.is_default)) {
            models.push(view(&route.provider, &route.model, route.model.clone()));
        }
        models.sort_by_key(|model| !model.is_default);
        models
    }

    /// Asks every provider at once what it offers.
    pub async fn ask_all(&self) {
        futures::future::join_all(self.sources.iter().map(Source::ask)).await;
    }

    /// Waits for the first provider's list where a message that names no model needs it.
    pub(crate) async fn ready_for(&self, name: Option<&str>) {
        let is_named = name.is_some() || self.named.is_some();
        if let Some(first) = self.first().filter(|first| !is_named && !first.was_asked()) {
            first.ask().await;
        }
    }

    /// Asks the operator's providers again and again, until each has said what it offers or the
    /// server stops.
    pub async fn keep_asking(self, stopping: CancellationToken) {
        let (mut wait, longest) = ASK_AGAIN;
        let is_owing =
            |source: &&Source| source.standing() == Standing::Chosen && source.first_model().is_none();
        loop {
            let owing: Vec<&Source> = self.sources.iter().filter(is_owing).collect();
            if owing.is_empty() {
                return;
            }
            futures::future::join_all(owing.into_iter().map(Source::ask)).await;
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(wait) => wait = longest.min(wait * 2),
            }
        }
    }

    fn there(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| source.is_there())
    }

    /// Returns the one that is asked when no other is named.
    fn first(&self) -> Option<&Source> {
        self.there().next()
    }
}
