//! What a vendor's refusal means, from its status, headers and words.

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};
use penny_ports::models::ModelError;
use serde_json::Value;
use std::time::Duration;

/// Characters of a vendor's own words that are kept for the log.
const MAX_DETAIL: usize = 500;
/// The longest wait a vendor's word is taken for.
const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// A vendor's error, in whichever of the usual shapes it came.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct VendorError {
    /// Its words.
    pub(crate) message: String,
    /// Its `code` and `type`, in lower case.
    marks: Vec<String>,
}

impl VendorError {
    /// Reads a body or an event: `{"error": {...}}`, `{"error": "..."}`, `{"message": ...}`,
    /// `{"detail": ...}`, a list of one of these, or plain words.
    pub(crate) fn read(body: &str) -> Self {
        match serde_json::from_str::<Value>(body) {
            Ok(value) => Self::from_value(&value),
            Err(_) => Self { message: body.trim().to_owned(), marks: Vec::new() },
        }
    }

    /// Reads an error that is JSON already.
    pub(crate) fn from_value(value: &Value) -> Self {
        let first = value.get(0).unwrap_or(value);
        let error = first.get("error").filter(|error| !error.is_null()).unwrap_or(first);
        if let Some(message) = error.as_str() {
            return Self { message: message.to_owned(), marks: Vec::new() };
        }
        let message = ["message", "detail", "msg", "error_message"].iter().find_map(|key| error.get(key));
        let message = match message {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => error.to_string(),
        };
        let inner = error.get("innererror").or_else(|| error.get("metadata"));
        let marks = ["code", "type", "status"]
            .iter()
            .flat_map(|key| [error.get(key), inner.and_then(|inner| inner.get(key))])
            .flatten()
            .filter_map(|mark| {
                mark.as_str().map(str::to_ascii_lowercase).or_else(|| mark.as_u64().map(|n| n.to_string()))
            })
            .collect();
        Self { message, marks }
    }

    /// Says what it means; `status` is absent for an error inside a stream.
    pub(crate) fn classify(&self, status: Option<StatusCode>, retry_after: Option<Duration>) -> ModelError {
        let status =
            status.map(|status| status.as_u16()).or_else(|| self.status_in_marks()).unwrap_or_default();
        let words = self.message.to_lowercase();
        let marked = |any: &[&str]| self.marks.iter().any(|mark| any.iter().any(|word| mark.contains(word)));
        let said = |any: &[&str]| any.iter().any(|phrase| words.contains(phrase));

        if marked(NO_CREDIT_MARKS) || status == 402 || said(NO_CREDIT_PHRASES) {
            ModelError::NoCredit
        } else if marked(FILTER_MARKS) {
            ModelError::Refused { category: self.filter_category() }
        } else if marked(&["context_length", "context_window"]) || status == 413 || said(TOO_LONG_PHRASES) {
            ModelError::ContextTooLong
        } else if status == 429 || marked(&["rate_limit", "too_many_requests", "resource_exhausted"]) {
            ModelError::RateLimited { retry_after }
        } else if matches!(status, 401 | 403)
            || marked(&["invalid_api_key", "authentication", "permission", "unauthorized"])
        {
            ModelError::Denied
        } else if status == 404 || marked(&["model_not_found", "unknown_model"]) || names_no_model(&words) {
            ModelError::UnknownModel
        } else if matches!(status, 408 | 409 | 425)
            || status >= 500
            || marked(&["server_error", "overloaded", "unavailable"])
        {
            ModelError::Unavailable { detail: self.detail(status) }
        } else if status == 0 {
            ModelError::Broken { detail: self.detail(status) }
        } else {
            ModelError::Rejected { detail: self.detail(status) }
        }
    }

    /// Some vendors write the HTTP status into an error they send inside the stream.
    fn status_in_marks(&self) -> Option<u16> {
        self.marks.iter().filter_map(|mark| mark.parse().ok()).find(|status| (400..600).contains(status))
    }

    fn filter_category(&self) -> String {
        let filter = self.marks.iter().find(|mark| FILTER_MARKS.iter().any(|word| mark.contains(word)));
        filter.map_or_else(|| "content_filter".to_owned(), |mark| mark.chars().take(64).collect())
    }

    fn detail(&self, status: u16) -> String {
        let words: String =
            self.message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_DETAIL).collect();
        if status == 0 { words } else { format!("{status} {words}").chars().take(MAX_DETAIL).collect() }
    }
}

const NO_CREDIT_MARKS: &[&str] =
    &["insufficient_quota", "billing", "insufficient_balance", "insufficient_credit", "payment_required"];
const NO_CREDIT_PHRASES: &[&str] =
    &["insufficient balance", "insufficient credit", "exceeded your current quota"];
const FILTER_MARKS: &[&str] =
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

fn names_no_model(words: &str) -> bool {
    words.contains("model") && (words.contains("not found") || words.contains("does not exist"))
}

/// Reads how long a vendor asks to wait (RFC 9110, 10.2.3): seconds or a date, which is measured
/// by the answer's own `Date` where there is one, so that clocks need not agree.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = |text: &str, unit: f64| {
        let value: f64 = text.parse().ok()?;
        Duration::try_from_secs_f64(value * unit).ok()
    };
    if let Some(exact) = text("retry-after-ms").and_then(|value| seconds(value, 0.001)) {
        return Some(exact.min(MAX_WAIT));
    }
    let value = text(header::RETRY_AFTER.as_str())?;
    if let Some(wait) = seconds(value, 1.0) {
        return Some(wait.min(MAX_WAIT));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?.to_utc();
    let since = text(header::DATE.as_str())
        .and_then(|date| DateTime::parse_from_rfc2822(date).ok())
        .map_or(now, |date| date.to_utc());
    Some((until - since).to_std().unwrap_or_default().min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(status: u16, body: &str) -> ModelError {
        VendorError::read(body).classify(StatusCode::from_u16(status).ok(), None)
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        type Expected = fn(&ModelError) -> bool;
        let table: &[(u16, &str, Expected)] = &[
            (
                401,
                r#"{"error":{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                |e| matches!(e, ModelError::Denied),
            ),
            (403, "", |e| matches!(e, ModelError::Denied)),
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
    fn an_error_inside_a_stream_is_known_by_its_words() {
        let read = |body| VendorError::read(body).classify(None, None);
        assert!(matches!(read(r#"{"error":{"message":"x","code":429}}"#), ModelError::RateLimited { .. }));
        assert!(matches!(
            read(r#"{"error":{"message":"x","type":"server_error"}}"#),
            ModelError::Unavailable { .. }
        ));
        assert!(matches!(read(r#"{"error":"model runner crashed"}"#), ModelError::Broken { .. }));
    }

    #[test]
    fn a_vendors_words_are_cut_and_cleaned_for_the_log() {
        let error = classified(418, &format!("a\nb{}", "x".repeat(10_000)));
        let ModelError::Rejected { detail } = error else { panic!("{error:?}") };
        assert!(detail.starts_with("418 a b") && detail.chars().count() == MAX_DETAIL);
    }

    #[test]
    fn a_wait_is_read_from_seconds_and_from_dates() {
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
        assert_eq!(wait(&[("retry-after", "999999999")]), Some(MAX_WAIT));
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
