//! Ollama: models on one's own machine.

use super::{ask_json, earlier_calls, endpoint, tidy};
use crate::{
    formats::ollama::{OllamaDecoder, body},
    transport::{Wiring, follow, refused, send},
};
use async_trait::async_trait;
use penny_net::{HttpClient, NetError, Purpose};
use penny_ports::models::{ModelError, ModelListing, ModelProvider, ModelRequest, ModelStream};
use serde::Deserialize;
use url::Url;

/// An Ollama server.
#[derive(Debug)]
pub struct Ollama {
    base_url: Url,
    http: HttpClient,
    wiring: Wiring,
}

#[derive(Debug, Deserialize)]
struct Tags {
    models: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
struct Tag {
    name: String,
    #[serde(default)]
    details: Details,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    family: Option<String>,
    parameter_size: Option<String>,
}

impl Ollama {
    /// Makes a provider for a server at `base_url`, which may lie on a private network.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(base_url: Url, wiring: Wiring) -> Result<Self, NetError> {
        let http = wiring.http.client(&Purpose::Operator(base_url.clone()))?;
        Ok(Self { base_url, http, wiring })
    }
}

#[async_trait]
impl ModelProvider for Ollama {
    fn name(&self) -> &str {
        "ollama"
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let asked = self.http.post(endpoint(&self.base_url, "api/chat")).map_err(|error| refused(&error))?;
        let response = send(asked.json(&body(&request)), &self.wiring, "").await?;
        Ok(follow(response, OllamaDecoder::new(earlier_calls(&request)), self.wiring.silence))
    }

    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        let asked = self.http.get(endpoint(&self.base_url, "api/tags")).map_err(|error| refused(&error))?;
        let found: Tags = ask_json(asked, &self.wiring, "").await?;
        // Embedding models answer no chat.
        let chats = found.models.into_iter().filter(|tag| !tag.details.is_embedder());
        Ok(tidy(chats.map(Tag::listing).collect()))
    }
}

impl Details {
    fn is_embedder(&self) -> bool {
        self.family.as_deref().is_some_and(|family| family.contains("bert"))
    }
}

impl Tag {
    fn listing(self) -> ModelListing {
        let short = self.name.strip_suffix(":latest").unwrap_or(&self.name);
        let name = match &self.details.parameter_size {
            Some(size) if !size.is_empty() => format!("{short} ({size})"),
            _ => short.to_owned(),
        };
        ModelListing { name, id: self.name }
    }
}
