//! What a client is told when something cannot be done.
//!
//! A room has its own small errors; each knows its [`FaultCode`]. A transport turns an error into a
//! [`Fault`] once, and this table is the only place that says what a code is on each wire.

use crate::enums::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A word that an enum of the wire model does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a {kind}")]
pub struct UnknownWord {
    /// The enum asked for.
    pub kind: &'static str,
    /// The start of what was given.
    pub word: String,
}

words!(/// What kind of thing went wrong, stable for programs.
FaultCode {
    /// Nobody is signed in, or the token is wrong or expired.
    Unauthenticated = "unauthenticated",
    /// The person may not do this.
    Forbidden = "forbidden",
    /// There is no such thing, or not for this person.
    NotFound = "not_found",
    /// The input breaks a rule; `fields` says which.
    Invalid = "invalid",
    /// The request could not be read at all.
    Malformed = "malformed",
    /// The body is of a kind that is not taken here.
    UnsupportedMediaType = "unsupported_media_type",
    /// The request or file is larger than allowed.
    TooLarge = "too_large",
    /// Something else happened first; read again and retry.
    Conflict = "conflict",
    /// Too many requests; `retryAfter` says when.
    RateLimited = "rate_limited",
    /// The model's context cannot hold the conversation.
    ContextTooLong = "context_too_long",
    /// The model provider refused our key or has no credit.
    ProviderDenied = "provider_denied",
    /// The model refused to answer.
    ModelRefused = "model_refused",
    /// Something we depend on does not answer now.
    Unavailable = "unavailable",
    /// It took longer than it may.
    Timeout = "timeout",
    /// A tool failed or was called wrongly.
    ToolFailed = "tool_failed",
    /// The answer called tools over and over and was ended.
    TooManySteps = "too_many_steps",
    /// No room left to store it.
    StorageFull = "storage_full",
    /// A fault of ours; the trace id finds it in the log.
    Internal = "internal",
});

impl FaultCode {
    /// Returns the HTTP status (RFC 9110) this code is answered with.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Invalid => 422,
            Self::Malformed => 400,
            Self::UnsupportedMediaType => 415,
            Self::TooLarge => 413,
            Self::Conflict => 409,
            Self::RateLimited => 429,
            Self::ContextTooLong | Self::ModelRefused | Self::ToolFailed | Self::TooManySteps => 422,
            Self::ProviderDenied => 502,
            Self::Unavailable => 503,
            Self::Timeout => 504,
            Self::StorageFull => 507,
            Self::Internal => 500,
        }
    }

    /// Returns the JSON-RPC 2.0 error code.
    #[must_use]
    pub const fn json_rpc(self) -> i32 {
        match self {
            Self::Malformed => -32700,
            Self::Invalid | Self::TooLarge => -32602,
            Self::Internal => -32603,
            Self::NotFound => -32002,
            Self::Unauthenticated => -32001,
            Self::Forbidden => -32003,
            _ => -32000,
        }
    }

    /// Returns the Fluent key of the sentence shown when the fault has no better one.
    #[must_use]
    pub const fn message_key(self) -> &'static str {
        match self {
            Self::Unauthenticated => "fault-unauthenticated",
            Self::Forbidden => "fault-forbidden",
            Self::NotFound => "fault-not-found",
            Self::Invalid => "fault-invalid",
            Self::Malformed => "fault-malformed",
            Self::UnsupportedMediaType => "fault-unsupported-media-type",
            Self::TooLarge => "fault-too-large",
            Self::Conflict => "fault-conflict",
            Self::RateLimited => "fault-rate-limited",
            Self::ContextTooLong => "fault-context-too-long",
            Self::ProviderDenied => "fault-provider-denied",
            Self::ModelRefused => "fault-model-refused",
            Self::Unavailable => "fault-unavailable",
            Self::Timeout => "fault-timeout",
            Self::ToolFailed => "fault-tool-failed",
            Self::TooManySteps => "fault-too-many-steps",
            Self::StorageFull => "fault-storage-full",
            Self::Internal => "fault-internal",
        }
    }

    /// Says whether the fault is ours or our dependencies', and so worth a line in the log.
    #[must_use]
    pub const fn is_ours(self) -> bool {
        matches!(self, Self::Internal | Self::Unavailable | Self::StorageFull)
    }
}

/// One field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldFault {
    /// Path of the field, dotted, as the client named it.
    pub field: String,
    /// Fluent key of the sentence about it.
    pub message_key: String,
    /// Arguments of that sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

/// A failure as a client may see it: never a cause, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{code}: {message_key}")]
pub struct Fault {
    /// The kind, for programs.
    pub code: FaultCode,
    /// Fluent key of the sentence for people.
    pub message_key: String,
    /// Arguments of that sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// The fields at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldFault>,
    /// Seconds to wait before trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Finds the failure in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

impl Fault {
    /// Makes a fault with its code's own sentence.
    #[must_use]
    pub fn new(code: FaultCode) -> Self {
        Self::keyed(code, code.message_key())
    }

    /// Makes a fault with a sentence of its own.
    #[must_use]
    pub fn keyed(code: FaultCode, message_key: &str) -> Self {
        Self {
            code,
            message_key: message_key.to_owned(),
            args: BTreeMap::new(),
            fields: Vec::new(),
            retry_after: None,
            trace_id: None,
        }
    }

    /// Adds an argument of the sentence.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds a field at fault; its sentence takes the arguments given so far.
    #[must_use]
    pub fn field(mut self, field: &str, message_key: &str) -> Self {
        self.fields.push(FieldFault {
            field: field.to_owned(),
            message_key: message_key.to_owned(),
            args: self.args.clone(),
        });
        self
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl From<FaultCode> for Fault {
    fn from(code: FaultCode) -> Self {
        Self::new(code)
    }
}
