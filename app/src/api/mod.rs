//! The page's only way to the server: GraphQL documents and typed functions around them.
//!
//! Nothing here is private to the page: an integrator can send the same documents. In the browser
//! they travel over HTTP and one shared socket; while the server renders, it answers them itself
//! through [`GraphqlTransport`].

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
pub use documents::{DOCUMENTS, Document};
pub use socket::{Connection, connection};
pub use tokens::{FreshToken, TokenWish};

use async_trait::async_trait;
use futures::{Stream, StreamExt};
use leptos::prelude::use_context;
use penny_types::{Fault, FaultCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// Carries a GraphQL request to whoever answers it and brings back its `data`.
#[async_trait]
pub trait GraphqlTransport: Send + Sync {
    /// Executes a document.
    ///
    /// # Errors
    /// The first of the response's `errors`, read from its `extensions`.
    async fn execute(&self, document: &str, operation: &str, variables: Value) -> Result<Value, Fault>;
}

/// The server's public interface, typed. Cheap to clone; get it with [`use_api`].
#[derive(Clone)]
pub struct Api {
    transport: Arc<dyn GraphqlTransport>,
}

impl Api {
    /// Makes one that speaks through the given transport.
    #[must_use]
    pub fn new(transport: Arc<dyn GraphqlTransport>) -> Self {
        Self { transport }
    }

    /// Makes one that speaks HTTP to the page's own origin.
    #[must_use]
    pub fn in_browser() -> Self {
        Self::new(Arc::new(BrowserTransport))
    }

    /// Executes a document and reads one field of its answer.
    async fn ask<T: DeserializeOwned>(
        &self,
        document: Document,
        field: &str,
        variables: Value,
    ) -> Result<T, Fault> {
        let mut data = self.transport.execute(document.text, document.operation, variables).await?;
        let value = data.get_mut(field).map(Value::take).unwrap_or_default();
        read_value(&value).map_err(|error| unreadable(document, &error))
    }

    /// Follows a subscription and reads one field of each answer. The variables are asked for again
    /// each time the socket had to be opened anew, so they can say from where to go on.
    fn follow<T: DeserializeOwned + 'static>(
        document: Document,
        field: &'static str,
        variables: impl Fn() -> Value + 'static,
    ) -> impl Stream<Item = Result<T, Fault>> + Unpin + 'static {
        socket::subscribe(document, Box::new(variables)).map(move |data| {
            let value = data?.get_mut(field).map(Value::take).unwrap_or_default();
            read_value(&value).map_err(|error| unreadable(document, &error))
        })
    }
}

/// Returns the interface the page was given, or one over HTTP when it was given none.
#[must_use]
pub fn use_api() -> Api {
    use_context::<Api>().unwrap_or_else(Api::in_browser)
}

/// Reads a JSON value as a type.
///
/// It goes by way of text on purpose: reading from values and from text are two copies of every
/// type's reader, and the page needs the one for text anyway.
///
/// # Errors
/// When the value does not fit the type.
pub fn read_value<T: DeserializeOwned>(value: &Value) -> serde_json::Result<T> {
    serde_json::from_str(&value.to_string())
}

/// Reads the fault out of one entry of a GraphQL response's `errors`.
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

/// Reads a whole GraphQL response: its data, or its first error.
///
/// # Errors
/// The first of the response's `errors`.
pub fn read_response(mut response: Value) -> Result<Value, Fault> {
    if let Some(error) = response.get("errors").and_then(Value::as_array).and_then(|errors| errors.first()) {
        return Err(fault_from_error(error));
    }
    Ok(response.get_mut("data").map(Value::take).unwrap_or_default())
}

fn unreadable(document: Document, error: &serde_json::Error) -> Fault {
    leptos::logging::error!("the answer to {} could not be read: {error}", document.operation);
    Fault::new(FaultCode::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_response_with_errors_is_its_first_fault() {
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
                .map(|word| document.text.matches(word).count())
                .sum::<usize>();
            assert_eq!(operations, 1, "{}", document.operation);
            assert!(document.text.contains(&format!(" {}", document.operation)), "{}", document.operation);
        }
    }
}
