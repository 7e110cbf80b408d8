//! Typed client of the GraphQL API, used for every request of the page.
//!
//! In the browser, documents are sent over HTTP and one shared WebSocket. During server rendering they
//! are executed in the server process through [`GraphqlTransport`].

mod artifacts;
mod branches;
mod browser;
mod conversations;
mod dashboards;
mod documents;
mod socket;
mod tokens;
mod turns;
mod viewer;

pub use browser::BrowserTransport;
pub use documents::{DOCUMENTS, GraphqlDocument};
pub use socket::{ConnectionStatus, connection_status};
pub use tokens::{TokenInput, TokenWithSecret};

use async_trait::async_trait;
use futures::{Stream, StreamExt};
use leptos::prelude::use_context;
use penny_types::{Fault, FaultCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// Executes GraphQL requests and returns their `data`.
#[async_trait]
pub trait GraphqlTransport: Send + Sync {
    /// Executes a document.
    ///
    /// # Errors
    /// The first of the response's `errors`, parsed from its `extensions`.
    async fn execute(&self, document: &str, operation: &str, variables: Value) -> Result<Value, Fault>;
}

/// Typed client of the server's GraphQL API. Cheap to clone; get it with [`use_api`].
#[derive(Clone)]
pub struct Api {
    transport: Arc<dyn GraphqlTransport>,
}

impl Api {
    #[must_use]
    pub fn new(transport: Arc<dyn GraphqlTransport>) -> Self {
        Self { transport }
    }

    /// Creates a client that sends requests over HTTP to the page's own origin.
    #[must_use]
    pub fn in_browser() -> Self {
        Self::new(Arc::new(BrowserTransport))
    }

    /// Executes a document and parses one field of the response.
    async fn request<T: DeserializeOwned>(
        &self,
        document: GraphqlDocument,
        field: &str,
        variables: Value,
    ) -> Result<T, Fault> {
        let mut data = self.transport.execute(document.text, document.operation, variables).await?;
        let value = data.get_mut(field).map(Value::take).unwrap_or_default();
        read_value(&value).map_err(|error| invalid_response(document, &error))
    }

    /// Starts a subscription and parses one field of each item. The variables are evaluated again after
    /// each reconnect, so that they can contain the position to resume from.
    fn subscribe<T: DeserializeOwned + 'static>(
        document: GraphqlDocument,
        field: &'static str,
        variables: impl Fn() -> Value + 'static,
    ) -> impl Stream<Item = Result<T, Fault>> + Unpin + 'static {
        socket::subscribe(document, Box::new(variables)).map(move |data| {
            let value = data?.get_mut(field).map(Value::take).unwrap_or_default();
            read_value(&value).map_err(|error| invalid_response(document, &error))
        })
    }
}

/// Returns the client from the context, or an HTTP client when there is none.
#[must_use]
pub fn use_api() -> Api {
    use_context::<Api>().unwrap_or_else(Api::in_browser)
}

/// Deserializes a JSON value by way of its text.
///
/// Deserializing from [`Value`] would compile a second deserializer for every type into the browser
/// code, which needs the one for text anyway.
///
/// # Errors
/// When the value does not match the type.
pub fn read_value<T: DeserializeOwned>(value: &Value) -> serde_json::Result<T> {
    serde_json::from_str(&value.to_string())
}

/// Parses the fault in one entry of a GraphQL response's `errors`.
#[must_use]
pub fn fault_from_error(error: &Value) -> Fault {
    error
        .get("extensions")
        .and_then(|extensions| read_value(extensions).ok())
        .or_else(|| {
            let code = error.get("extensions")?.get("code")?.as_str()?.parse::<FaultCode>().ok()?;
            Some(Fault::new(code))
        })
        .unwrap_or_else(|| Fault::new(FaultCode::Internal))
}

/// Parses a GraphQL response into its data or its first error.
///
/// # Errors
/// The first of the response's `errors`.
pub fn read_response(mut response: Value) -> Result<Value, Fault> {
    if let Some(error) = response.get("errors").and_then(Value::as_array).and_then(|errors| errors.first()) {
        return Err(fault_from_error(error));
    }
    Ok(response.get_mut("data").map(Value::take).unwrap_or_default())
}

fn invalid_response(document: GraphqlDocument, error: &serde_json::Error) -> Fault {
    leptos::logging::error!("the response to {} could not be parsed: {error}", document.operation);
    Fault::new(FaultCode::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_response_with_errors_becomes_its_first_fault() {
        let fault = read_response(json!({
            "data": null,
            "errors": [{ "message": "x", "extensions": { "code": "rate_limited", "messageKey": "fault-rate-limited", "retryAfter": 3 } }]
        }));
        assert_eq!(fault, Err(Fault::new(FaultCode::RateLimited).retry_after(3)));
    }

    #[test]
    fn an_error_without_a_known_code_is_internal() {
        assert_eq!(fault_from_error(&json!({ "message": "x" })).code, FaultCode::Internal);
        assert_eq!(
            fault_from_error(&json!({ "extensions": { "code": "not_found" } })).code,
            FaultCode::NotFound
        );
    }

    #[test]
    fn every_document_contains_its_operation_and_no_other() {
        for document in DOCUMENTS {
            let operations = ["query ", "mutation ", "subscription "]
                .iter()
                .map(|keyword| document.text.matches(keyword).count())
                .sum::<usize>();
            assert_eq!(operations, 1, "{}", document.operation);
            assert!(document.text.contains(&format!(" {}", document.operation)), "{}", document.operation);
        }
    }
}
