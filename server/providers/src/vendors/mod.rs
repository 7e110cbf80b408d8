//! Providers for model vendors.

pub mod catalogue;
pub mod ollama;
pub mod openai_compatible;
#[cfg(test)]
mod tests;

use crate::transport::ProviderDeps;
use penny_net::read_bounded;
use penny_ports::models::{ModelError, ModelListing, ModelMessage, ModelRequest};
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use url::Url;

/// Maximum size of a model list in bytes.
const MAX_LIST_BYTES: usize = 4 * 1024 * 1024;
/// Maximum number of listed models.
const MAX_LISTED: usize = 2000;

/// Appends a path to a base URL, which may end with a slash.
fn endpoint(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    url
}

/// Counts the tool calls of a conversation, so that generated ids are unique in it.
fn count_tool_calls(request: &ModelRequest) -> usize {
    let calls = request.messages.iter().map(|message| match message {
        ModelMessage::Assistant { tool_calls, .. } => tool_calls.len(),
        _ => 0,
    });
    calls.sum()
}

/// Sends a request and parses the response as a JSON document of bounded size.
async fn fetch_json<T: DeserializeOwned>(
    request: RequestBuilder,
    deps: &ProviderDeps,
    secret: &str,
) -> Result<T, ModelError> {
    let response = crate::transport::send(request, deps, secret).await?;
    let result = tokio::time::timeout(deps.read_timeout, read_bounded(response, MAX_LIST_BYTES)).await;
    let bytes = result
        .map_err(|_| ModelError::Timeout(deps.read_timeout))?
        .map_err(|error| crate::formats::stream_failed(error.to_string()))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| crate::formats::stream_failed(format!("not the expected JSON: {error}")))
}

/// Removes duplicates and truncates the list to [`MAX_LISTED`] models. Keeps the vendor's order, because
/// Ollama lists the most recently used model first.
fn dedup_and_truncate(mut models: Vec<ModelListing>) -> Vec<ModelListing> {
    let mut seen = HashSet::new();
    models.retain(|model| seen.insert(model.id.clone()));
    models.truncate(MAX_LISTED);
    models
}
