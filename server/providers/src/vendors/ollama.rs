//! Provider for Ollama servers.

use super::{count_tool_calls, dedup_and_truncate, endpoint, fetch_json};
use crate::{
    formats::ollama::{OllamaDecoder, body},
    transport::{ProviderDeps, decode_response, send, url_rejected},
};
use async_trait::async_trait;
use penny_net::{HttpClient, NetError, Purpose};
use penny_ports::models::{ModelError, ModelListing, ModelProvider, ModelRequest, ModelStream};
use serde::Deserialize;
use url::Url;

/// Sends requests to an Ollama server.
#[derive(Debug)]
pub struct OllamaProvider {
    base_url: Url,
    http: HttpClient,
    deps: ProviderDeps,
}

#[derive(Debug, Deserialize)]
struct OllamaTagList {
    models: Vec<OllamaTag>,
}

#[derive(Debug, Deserialize)]
struct OllamaTag {
    name: String,
    #[serde(default)]
    details: OllamaModelDetails,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OllamaModelDetails {
    family: Option<String>,
    parameter_size: Option<String>,
}

impl OllamaProvider {
    /// Creates a provider for the server at `base_url`, which may be on a private network.
    ///
    /// # Errors
    /// When the HTTP client cannot be created.
    pub fn new(base_url: Url, deps: ProviderDeps) -> Result<Self, NetError> {
        let http = deps.http.client(&Purpose::Operator(base_url.clone()))?;
        Ok(Self { base_url, http, deps })
    }
}

#[async_trait]
impl ModelProvider for OllamaProvider {
    fn name(&self) -> &str {
        "ollama"
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let http_request =
            self.http.post(endpoint(&self.base_url, "api/chat")).map_err(|error| url_rejected(&error))?;
        let response = send(http_request.json(&body(&request)), &self.deps, "").await?;
        Ok(decode_response(response, OllamaDecoder::new(count_tool_calls(&request)), self.deps.read_timeout))
    }

    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        let http_request =
            self.http.get(endpoint(&self.base_url, "api/tags")).map_err(|error| url_rejected(&error))?;
        let list: OllamaTagList = fetch_json(http_request, &self.deps, "").await?;
        // Embedding models do not support chat.
        let chat_models = list.models.into_iter().filter(|tag| !tag.details.is_embedding_model());
        Ok(dedup_and_truncate(chat_models.map(OllamaTag::into_listing).collect()))
    }
}

impl OllamaModelDetails {
    fn is_embedding_model(&self) -> bool {
        self.family.as_deref().is_some_and(|family| family.contains("bert"))
    }
}

impl OllamaTag {
    fn into_listing(self) -> ModelListing {
        let short = self.name.strip_suffix(":latest").unwrap_or(&self.name);
        let name = match &self.details.parameter_size {
            Some(size) if !size.is_empty() => format!("{short} ({size})"),
            _ => short.to_owned(),
        };
        ModelListing { name, id: self.name }
    }
}
