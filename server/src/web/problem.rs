//! Renders faults as `application/problem+json` (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use penny_types::{Fault, Locale};
use serde_json::{Value, json};

/// Renders a fault in a language, with the HTTP status of its code.
#[must_use]
pub fn problem_response(fault: &Fault, locale: Locale) -> Response {
    let status = StatusCode::from_u16(fault.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    problem_response_with_status(status, fault, locale)
}

/// Renders a fault with a more specific HTTP status than that of its code.
#[must_use]
pub fn problem_response_with_status(status: StatusCode, fault: &Fault, locale: Locale) -> Response {
    let mut response = (status, Json(body(status, fault, locale))).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.as_str()));
    if let Some(seconds) = fault.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn body(status: StatusCode, fault: &Fault, locale: Locale) -> Value {
    let fields: Vec<Value> = fault
        .fields
        .iter()
        .map(|field| {
            let mut rendered = json!({
                "field": field.field,
                "messageKey": field.message_key,
                "detail": penny_i18n::field_fault(locale, field),
            });
            if let Some(object) = rendered.as_object_mut().filter(|_| !field.args.is_empty()) {
                object.insert("args".to_owned(), json!(field.args));
            }
            rendered
        })
        .collect();
    let mut body = json!({
        "type": "about:blank",
        "title": penny_i18n::text(locale, fault.code.message_key(), &[]),
        "status": status.as_u16(),
        "detail": penny_i18n::fault(locale, fault),
        "code": fault.code,
        "messageKey": fault.message_key,
    });
    if let Some(object) = body.as_object_mut() {
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                object.insert(name.to_owned(), value);
            }
        };
        set("args", (!fault.args.is_empty()).then(|| json!(fault.args)));
        set("fields", (!fields.is_empty()).then(|| Value::from(fields)));
        set("retryAfter", fault.retry_after.map(Value::from));
        set("traceId", fault.trace_id.clone().map(Value::from));
    }
    body
}
