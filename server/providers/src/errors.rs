//! Classification of vendor errors by status, headers and body.

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};
use penny_ports::models::ModelError;
use serde_json::Value;
use std::time::Duration;

/// Maximum length of an error detail for the log, in characters.
const MAX_DETAIL_CHARS: usize = 500;
/// Upper limit of a `Retry-After` value.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// An error response of a vendor, parsed from any of the common formats.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct VendorError {
    pub(crate) message: String,
    /// The values of `code`, `type` and `status`, in lower case.
    codes: Vec<String>,
}

impl VendorError {
    /// Parses a response body or stream event: `{"error": {...}}`, `{"error": "..."}`,
    /// `{"message": ...}`, `{"detail": ...}`, a list of one of these, or plain text.
    pub(crate) fn parse(body: &str) -> Self {
        match serde_json::from_str::<Value>(body) {
            Ok(value) => Self::from_value(&value),
            Err(_) => Self { message: body.trim().to_owned(), codes: Vec::new() },
        }
    }

    pub(crate) fn from_value(value: &Value) -> Self {
        let first = value.get(0).unwrap_or(value);
        let error = first.get("error").filter(|error| !error.is_null()).unwrap_or(first);
        if let Some(message) = error.as_str() {
            return Self { message: message.to_owned(), codes: Vec::new() };
        }
        let message = ["message", "detail", "msg", "error_message"].iter().find_map(|key| error.get(key));
        let message = match message {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => error.to_string(),
        };
        let inner = error.get("innererror").or_else(|| error.get("metadata"));
        let codes = ["code", "type", "status"]
            .iter()
            .flat_map(|key| [error.get(key), inner.and_then(|inner| inner.get(key))])
            .flatten()
            .filter_map(|code| {
                code.as_str().map(str::to_ascii_lowercase).or_else(|| code.as_u64().map(|n| n.to_string()))
            })
            .collect();
        Self { message, codes }
    }

    /// Converts to a [`ModelError`]; `status` is `None` for an error inside a stream.
    pub(crate) fn classify(&self, status: Option<StatusCode>, retry_after: Option<Duration>) -> ModelError {
        let status =
            status.map(|status| status.as_u16()).or_else(|| self.status_in_codes()).unwrap_or_default();
        let message = self.message.to_lowercase();
        let has_code =
            |any: &[&str]| self.codes.iter().any(|code| any.iter().any(|part| code.contains(part)));
        let has_phrase = |any: &[&str]| any.iter().any(|phrase| message.contains(phrase));

        if has_code(NO_CREDIT_CODES) || status == 402 || has_phrase(NO_CREDIT_PHRASES) {
            ModelError::NoCredit
        } else if has_code(FILTER_CODES) {
            ModelError::Refused { category: self.filter_category() }
        } else if has_code(&["context_length", "context_window"])
            || status == 413
            || has_phrase(TOO_LONG_PHRASES)
        {
            ModelError::ContextTooLong
        } else if status == 429 || has_code(&["rate_limit", "too_many_requests", "resource_exhausted"]) {
            ModelError::RateLimited { retry_after }
        } else if matches!(status, 401 | 403)
            || has_code(&["invalid_api_key", "authentication", "permission", "unauthorized"])
        {
            ModelError::Unauthorized
        } else if status == 404
            || has_code(&["model_not_found", "unknown_model"])
            || is_unknown_model(&message)
        {
            ModelError::UnknownModel
        } else if matches!(status, 408 | 409 | 425)
            || status >= 500
            || has_code(&["server_error", "overloaded", "unavailable"])
        {
            ModelError::Unavailable { detail: self.detail(status) }
        } else if status == 0 {
            ModelError::StreamFailed { detail: self.detail(status) }
        } else {
            ModelError::Rejected { detail: self.detail(status) }
        }
    }

    /// Returns the HTTP status that some vendors put into errors inside a stream.
    fn status_in_codes(&self) -> Option<u16> {
        self.codes.iter().filter_map(|code| code.parse().ok()).find(|status| (400..600).contains(status))
    }

    fn filter_category(&self) -> String {
        let filter = self.codes.iter().find(|code| FILTER_CODES.iter().any(|part| code.contains(part)));
        filter.map_or_else(|| "content_filter".to_owned(), |code| code.chars().take(64).collect())
    }

    fn detail(&self, status: u16) -> String {
        let message: String = self
            .message
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(MAX_DETAIL_CHARS)
            .collect();
        if status == 0 {
            message
        } else {
            format!("{status} {message}").chars().take(MAX_DETAIL_CHARS).collect()
        }
    }
}

const NO_CREDIT_CODES: &[&str] =
    &["insufficient_quota", "billing", "insufficient_balance", "insufficient_credit", "payment_required"];
const NO_CREDIT_PHRASES: &[&str] =
    &["insufficient balance", "insufficient credit", "exceeded your current quota"];
const FILTER_CODES: &[&str] =
    &["content_filter", "content_policy", "contentfilter", "responsibleai", "moderation"];
const TOO_LONG_PHRASES: &[&str] = &[
    "context length",
    "context window",
    "context size",
    "prompt is too long",
    "input is too long",
    "too many tokens",
    "reduce the length of the messages",
];

fn is_unknown_model(message: &str) -> bool {
    message.contains("model") && (message.contains("not found") || message.contains("does not exist"))
}

/// Parses the `Retry-After` header (RFC 9110, 10.2.3), or `retry-after-ms`, up to a maximum of 24 hours.
/// A date is taken relative to the response's own `Date` header, if any, to tolerate clock skew.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = |text: &str, unit: f64| {
        let value: f64 = text.parse().ok()?;
        Duration::try_from_secs_f64(value * unit).ok()
    };
    if let Some(exact) = text("retry-after-ms").and_then(|value| seconds(value, 0.001)) {
        return Some(exact.min(MAX_RETRY_AFTER));
    }
    let value = text(header::RETRY_AFTER.as_str())?;
    if let Some(wait) = seconds(value, 1.0) {
        return Some(wait.min(MAX_RETRY_AFTER));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?.to_utc();
    let since = text(header::DATE.as_str())
        .and_then(|date| DateTime::parse_from_rfc2822(date).ok())
        .map_or(now, |date| date.to_utc());
    Some((until - since).to_std().unwrap_or_default().min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(status: u16, body: &str) -> ModelError {
        VendorError::parse(body).classify(StatusCode::from_u16(status).ok(), None)
    }

    #[test]
    fn errors_are_classified_by_status_and_body() {
        type Expected = fn(&ModelError) -> bool;
        let table: &[(u16, &str, Expected)] = &[
            (
                401,
                r#"{"error":{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                |e| matches!(e, ModelError::Unauthorized),
            ),
            (403, "", |e| matches!(e, ModelError::Unauthorized)),
            (402, r#"{"error":{"message":"Insufficient Balance"}}"#, |e| matches!(e, ModelError::NoCredit)),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
                |e| matches!(e, ModelError::NoCredit),
            ),
            (429, r#"{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}"#, |e| {
                matches!(e, ModelError::RateLimited { .. })
            }),
            (404, r#"{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}"#, |e| {
                matches!(e, ModelError::UnknownModel)
            }),
            (404, r#"{"error":"model 'x' not found, try pulling it first"}"#, |e| {
                matches!(e, ModelError::UnknownModel)
            }),
            (
                400,
                r#"{"error":{"message":"This model's maximum context length is 8192 tokens","code":"context_length_exceeded"}}"#,
                |e| matches!(e, ModelError::ContextTooLong),
            ),
            (
                400,
                r#"{"object":"error","message":"Please reduce the length of the messages","code":400}"#,
                |e| matches!(e, ModelError::ContextTooLong),
            ),
            (413, "payload too large", |e| matches!(e, ModelError::ContextTooLong)),
            (
                400,
                r#"{"error":{"message":"filtered","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
                |e| matches!(e, ModelError::Refused { category } if category == "content_filter"),
            ),
            (
                400,
                r#"{"error":{"message":"bad temperature","type":"invalid_request_error"}}"#,
                |e| matches!(e, ModelError::Rejected { detail } if detail == "400 bad temperature"),
            ),
            (422, r#"{"detail":[{"msg":"field required"}]}"#, |e| matches!(e, ModelError::Rejected { .. })),
            (
                400,
                r#"[{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}}]"#,
                |e| matches!(e, ModelError::Rejected { .. }),
            ),
            (500, "oops", |e| matches!(e, ModelError::Unavailable { detail } if detail == "500 oops")),
            (503, r#"{"error":{"message":"overloaded"}}"#, |e| matches!(e, ModelError::Unavailable { .. })),
            (529, "", |e| matches!(e, ModelError::Unavailable { .. })),
        ];
        for (status, body, expected) in table {
            let error = classified(*status, body);
            assert!(expected(&error), "{status} {body}: {error:?}");
        }
    }

    #[test]
    fn an_error_inside_a_stream_is_classified_by_its_body() {
        let classified = |body| VendorError::parse(body).classify(None, None);
        assert!(matches!(
            classified(r#"{"error":{"message":"x","code":429}}"#),
            ModelError::RateLimited { .. }
        ));
        assert!(matches!(
            classified(r#"{"error":{"message":"x","type":"server_error"}}"#),
            ModelError::Unavailable { .. }
        ));
        assert!(matches!(classified(r#"{"error":"model runner crashed"}"#), ModelError::StreamFailed { .. }));
    }

    #[test]
    fn a_detail_is_truncated_and_has_no_control_characters() {
        let error = classified(418, &format!("a\nb{}", "x".repeat(10_000)));
        let ModelError::Rejected { detail } = error else { panic!("{error:?}") };
        assert!(detail.starts_with("418 a b") && detail.chars().count() == MAX_DETAIL_CHARS);
    }

    #[test]
    fn retry_after_is_parsed_from_seconds_and_dates() {
        let now = DateTime::parse_from_rfc3339("2026-11-20T12:00:00Z").unwrap().to_utc();
        let wait = |pairs: &[(&'static str, &str)]| {
            let headers =
                pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            retry_after(&headers, now)
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(wait(&[]), None);
        assert_eq!(wait(&[("retry-after", "7")]), seconds(7));
        assert_eq!(wait(&[("retry-after", "0.5")]), Some(Duration::from_millis(500)));
        assert_eq!(wait(&[("retry-after", "-3")]), None);
        assert_eq!(wait(&[("retry-after", "1e300")]), None);
        assert_eq!(wait(&[("retry-after", "999999999")]), Some(MAX_RETRY_AFTER));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(
            wait(&[("retry-after-ms", "250"), ("retry-after", "1")]),
            Some(Duration::from_millis(250))
        );
        assert_eq!(wait(&[("retry-after", "Fri, 20 Nov 2026 12:00:30 GMT")]), seconds(30));
        assert_eq!(wait(&[("retry-after", "Fri, 20 Nov 2026 11:00:00 GMT")]), seconds(0));
        let skewed =
            [("retry-after", "Fri, 20 Nov 2026 15:00:05 GMT"), ("date", "Fri, 20 Nov 2026 15:00:00 GMT")];
        assert_eq!(wait(&skewed), seconds(5));
    }
}
