//! Vendors that speak OpenAI's chat completions.

use super::{ask_json, earlier_calls, endpoint, tidy};
use crate::{
    formats::openai_chat::{ChatDecoder, body},
    transport::{Wiring, follow, refused, send},
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

/// Bytes an answer that comes whole may have.
const MAX_WHOLE_BYTES: usize = 8 * 1024 * 1024;

/// A vendor of the catalogue, or the operator's own server.
pub struct OpenAiCompatible {
    vendor: Vendor,
    key: Option<SecretString>,
    http: HttpClient,
    wiring: Wiring,
}

impl fmt::Debug for OpenAiCompatible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiCompatible").field("vendor", &self.vendor).finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
struct Models {
    data: Vec<Model>,
}

#[derive(Debug, Deserialize)]
struct Model {
    id: String,
    #[serde(default)]
    name: Option<String>,
}

impl OpenAiCompatible {
    /// Makes a vendor. Its address is the operator's, so it may lie on a private network.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(vendor: Vendor, key: Option<SecretString>, wiring: Wiring) -> Result<Self, NetError> {
        let http = wiring.http.client(&Purpose::Operator(vendor.base_url.clone()))?;
        Ok(Self { vendor, key, http, wiring })
    }

    fn secret(&self) -> &str {
        self.key.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default()
    }

    fn authorised(&self, request: RequestBuilder) -> Result<RequestBuilder, ModelError> {
        if self.secret().is_empty() {
            return Ok(request);
        }
        let scheme = &self.vendor.auth_scheme;
        let value =
            if scheme.is_empty() { self.secret().to_owned() } else { format!("{scheme} {}", self.secret()) };
        let name = HeaderName::from_bytes(self.vendor.auth_header.as_bytes());
        let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_str(&value)) else {
            // A key with a line break in it is a wrong key.
            return Err(ModelError::Denied);
        };
        value.set_sensitive(true);
        Ok(request.header(name, value))
    }
}

#[async_trait]
impl ModelProvider for OpenAiCompatible {
    fn name(&self) -> &str {
        &self.vendor.name
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let url = endpoint(&self.vendor.base_url, "chat/completions");
        let asked = self.http.post(url).map_err(|error| refused(&error))?;
        let asked = self.authorised(asked)?.header(header::ACCEPT, "text/event-stream");
        let asked = asked.json(&body(&request, self.vendor.style()));
        let response = send(asked, &self.wiring, self.secret()).await?;
        let decoder = ChatDecoder::new(earlier_calls(&request));
        if is_json(&response) {
            return whole(response, decoder).await;
        }
        Ok(follow(response, decoder, self.wiring.silence))
    }

    async fn list(&self) -> Result<Vec<ModelListing>, ModelError> {
        let asked =
            self.http.get(endpoint(&self.vendor.base_url, "models")).map_err(|error| refused(&error))?;
        let found: Models = ask_json(self.authorised(asked)?, &self.wiring, self.secret()).await?;
        let chats = found.data.into_iter().filter(|model| self.vendor.is_listed(&model.id));
        Ok(tidy(
            chats
                .map(|Model { id, name }| ModelListing { name: name.unwrap_or_else(|| id.clone()), id })
                .collect(),
        ))
    }
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/json"))
}

/// Reads an answer of a vendor that does not stream, or an error it sent with status 200.
async fn whole(response: Response, mut decoder: ChatDecoder) -> Result<ModelStream, ModelError> {
    let read = read_bounded(response, MAX_WHOLE_BYTES).await;
    let bytes = read.map_err(|error| crate::formats::broken(error.to_string()))?;
    let mut events = Vec::new();
    decoder.whole(&String::from_utf8_lossy(&bytes), &mut events)?;
    Ok(stream::iter(events.into_iter().map(Ok)).boxed())
}
