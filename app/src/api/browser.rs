//! GraphQL over HTTP, to the page's own origin.

use super::{GraphqlTransport, read_response, read_value};
use async_trait::async_trait;
use penny_types::{Fault, FaultCode};
use send_wrapper::SendWrapper;
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Sends documents to `POST /graphql` with the session cookie.
#[derive(Debug, Clone, Copy)]
pub struct BrowserTransport;

#[async_trait]
impl GraphqlTransport for BrowserTransport {
    async fn execute(&self, document: &str, operation: &str, variables: Value) -> Result<Value, Fault> {
        let body =
            json!({ "query": document, "operationName": operation, "variables": variables }).to_string();
        let result = SendWrapper::new(async move { post(&body).await }).await;
        if result.as_ref().is_err_and(|fault| fault.code == FaultCode::Unauthenticated) {
            redirect_to_sign_in();
        }
        result
    }
}

async fn post(body: &str) -> Result<Value, Fault> {
    // Any failure of these browser calls means that the server was not reached.
    let unreachable =
        |_: JsValue| Fault::with_message(FaultCode::Unavailable, penny_i18n::keys::UI_UNREACHABLE);
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_credentials(web_sys::RequestCredentials::SameOrigin);
    init.set_body(&JsValue::from_str(body));
    let request = web_sys::Request::new_with_str_and_init("/graphql", &init).map_err(unreachable)?;
    for (name, value) in [("content-type", "application/json"), ("accept", "application/json")] {
        request.headers().set(name, value).map_err(unreachable)?;
    }
    let window = web_sys::window().ok_or_else(|| Fault::new(FaultCode::Unavailable))?;
    let response = JsFuture::from(window.fetch_with_request(&request)).await.map_err(unreachable)?;
    let response: web_sys::Response = response.dyn_into().map_err(unreachable)?;
    let status = response.status();
    let text = JsFuture::from(response.text().map_err(unreachable)?).await.map_err(unreachable)?;
    match serde_json::from_str::<Value>(&text.as_string().unwrap_or_default()) {
        Ok(response) if response.get("errors").is_some() || response.get("data").is_some() => {
            read_response(response)
        }
        // A problem document (RFC 9457), sent by the layers before GraphQL.
        Ok(problem) => Err(read_value(&problem).unwrap_or_else(|_| Fault::new(code_for_status(status)))),
        Err(_) => Err(Fault::new(code_for_status(status))),
    }
}

/// Returns the fault code for a response that has only a status.
fn code_for_status(status: u16) -> FaultCode {
    match status {
        502..=504 => FaultCode::Unavailable,
        _ => FaultCode::ALL
            .iter()
            .copied()
            .find(|code| code.http_status() == status)
            .unwrap_or(FaultCode::Internal),
    }
}

/// Redirects to the sign-in page because the session has expired; signing in leads back here.
fn redirect_to_sign_in() {
    let Some(location) = web_sys::window().map(|window| window.location()) else { return };
    let path = location.pathname().unwrap_or_default();
    if !path.starts_with("/sign-in") {
        let next = String::from(js_sys::encode_uri_component(&path));
        // A failure cannot be reported: the page is being left.
        let _ = location.assign(&format!("/sign-in?error=expired&next={next}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_without_a_body_maps_to_its_fault_code() {
        assert_eq!(code_for_status(401), FaultCode::Unauthenticated);
        assert_eq!(code_for_status(413), FaultCode::TooLarge);
        assert_eq!(code_for_status(502), FaultCode::Unavailable);
        assert_eq!(code_for_status(418), FaultCode::Internal);
    }
}
