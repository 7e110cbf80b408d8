//! Who answers: vendors of a format.

pub mod catalogue;
pub mod ollama;
pub mod openai_compatible;
#[cfg(test)]
mod tests;

use crate::transport::Wiring;
use penny_net::read_bounded;
use penny_ports::models::{ModelError, ModelListing, ModelMessage, ModelRequest};
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use url::Url;

/// Bytes a list of models may have.
const MAX_LIST_BYTES: usize = 4 * 1024 * 1024;
/// Models of a list that are kept.
const MAX_LISTED: usize = 2000;

/// Appends a path to a base address, with or without a slash at its end.
fn endpoint(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    url
}

/// Counts the tool calls a conversation has already, so that made-up ids differ from theirs.
fn earlier_calls(request: &ModelRequest) -> usize {
    let calls = request.messages.iter().map(|message| match message {
        ModelMessage::Assistant { tool_calls, .. } => tool_calls.len(),
        _ => 0,
    });
    calls.sum()
}

/// Asks for a JSON document of bounded size.
async fn ask_json<T: DeserializeOwned>(
    request: RequestBuilder,
    wiring: &Wiring,
    secret: &str,
) -> Result<T, ModelError> {
    let response = crate::transport::send(request, wiring, secret).await?;
    let read = tokio::time::timeout(wiring.silence, read_bounded(response, MAX_LIST_BYTES)).await;
    let bytes = read
        .map_err(|_| ModelError::Silent(wiring.silence))?
        .map_err(|error| crate::formats::broken(error.to_string()))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| crate::formats::broken(format!("not the expected JSON: {error}")))
}

/// Drops repetitions and cuts a list to a length anyone can read. The vendor's order stays: Ollama
/// puts the model used last first.
fn tidy(mut models: Vec<ModelListing>) -> Vec<ModelListing> {
    let mut seen = HashSet::new();
    models.retain(|model| seen.insert(model.id.clone()));
    models.truncate(MAX_LISTED);
    models
}
