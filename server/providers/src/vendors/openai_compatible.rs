//! Provider for vendors with an OpenAI-compatible API.

use super::{count_tool_calls, dedup_and_truncate, endpoint, fetch_json};
use crate::{
    formats::openai_chat::{ChatDecoder, body},
    transport::{ProviderDeps, decode_response, send, url_rejected},
    vendors::catalogue::Vendor,
};
use async_trait::async_trait;
use futures::{StreamExt, stream};
use http::{HeaderName, HeaderValue, header};
use penny_net::{HttpClient, NetError, Purpose, read_bounded};
use penny_ports::models::{ModelError, ModelListing, ModelProvider, ModelRequest, ModelStream};
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::fmt;

/// Maximum size of a response that is not streamed, in bytes.
const MAX_DOCUMENT_BYTES: usize = 8 * 1024 * 1024;

/// Sends requests to a vendor of the catalogue or a self-hosted server.
pub struct OpenAiCompatibleProvider {
    vendor: Vendor,
    key: Option<SecretString>,
    http: HttpClient,
    deps: ProviderDeps,
}

impl fmt::Debug for OpenAiCompatibleProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiCompatibleProvider").field("vendor", &self.vendor).finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
struct OpenAiModelList {
    data: Vec<OpenAiModel>,
}

#[derive(Debug, Deserialize)]
struct OpenAiModel {
    id: String,
    #[serde(default)]
    name: Option<String>,
}

impl OpenAiCompatibleProvider {
    /// Creates a provider. The operator configures the base URL, so it may be on a private network.
    ///
    /// # Errors
    /// When the HTTP client cannot be created.
    pub fn new(vendor: Vendor, key: Option<SecretString>, deps: ProviderDeps) -> Result<Self, NetError> {
        let http = deps.http.client(&Purpose::Operator(vendor.base_url.clone()))?;
        Ok(Self { vendor, key, http, deps })
    }

    fn secret(&self) -> &str {
        self.key.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default()
    }

    fn with_authorization(&self, request: RequestBuilder) -> Result<RequestBuilder, ModelError> {
        if self.secret().is_empty() {
            return Ok(request);
        }
        let scheme = &self.vendor.auth_scheme;
        let value =
            if scheme.is_empty() { self.secret().to_owned() } else { format!("{scheme} {}", self.secret()) };
        let name = HeaderName::from_bytes(self.vendor.auth_header.as_bytes());
        let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_str(&value)) else {
            // The key contains characters that are invalid in a header, such as a line break.
            return Err(ModelError::Unauthorized);
        };
        value.set_sensitive(true);
        Ok(request.header(name, value))
    }
}

#[async_trait]
impl ModelProvider for OpenAiCompatibleProvider {
    fn name(&self) -> &str {
        &self.vendor.name
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let url = endpoint(&self.vendor.base_url, "chat/completions");
        let http_request = self.http.post(url).map_err(|error| url_rejected(&error))?;
        let http_request = self.with_authorization(http_request)?.header(header::ACCEPT, "text/event-stream");
        let http_request = http_request.json(&body(&request, self.vendor.request_style()));
        let response = send(http_request, &self.deps, self.secret()).await?;
        let decoder = ChatDecoder::new(count_tool_calls(&request));
        if is_json(&response) {
            return read_document(response, decoder).await;
        }
        Ok(decode_response(response, decoder, self.deps.read_timeout))
    }

    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        let http_request =
            self.http.get(endpoint(&self.vendor.base_url, "models")).map_err(|error| url_rejected(&error))?;
        let list: OpenAiModelList =
            fetch_json(self.with_authorization(http_request)?, &self.deps, self.secret()).await?;
        let chat_models = list.data.into_iter().filter(|model| self.vendor.is_listed(&model.id));
        Ok(dedup_and_truncate(
            chat_models
                .map(|OpenAiModel { id, name }| ModelListing { name: name.unwrap_or_else(|| id.clone()), id })
                .collect(),
        ))
    }
}

fn is_json(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("application/json"))
}

/// Reads a response that is not streamed, or an error with status 200.
async fn read_document(response: Response, mut decoder: ChatDecoder) -> Result<ModelStream, ModelError> {
    let result = read_bounded(response, MAX_DOCUMENT_BYTES).await;
    let bytes = result.map_err(|error| crate::formats::stream_failed(error.to_string()))?;
    let mut events = Vec::new();
    decoder.decode_document(&String::from_utf8_lossy(&bytes), &mut events)?;
    Ok(stream::iter(events.into_iter().map(Ok)).boxed())
}
