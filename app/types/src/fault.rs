//! Failures as clients see them.
//!
//! Every domain error has a [`FaultCode`]. A transport converts an error into a [`Fault`] once; this module is the
//! only place that maps codes to HTTP statuses, JSON-RPC codes and messages.

use crate::enums::string_enum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A string that is not a value of a wire enum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not a {type_name}")]
pub struct UnknownValue {
    /// Name of the enum.
    pub type_name: &'static str,
    /// The string, cut to 64 characters.
    pub value: String,
}

string_enum!(/// Stable, machine-readable code of a failure.
FaultCode {
    /// There is no session or token, or it is invalid or expired.
    Unauthenticated = "unauthenticated",
    /// The caller is not permitted to do this.
    Forbidden = "forbidden",
    /// The resource does not exist or is not visible to the caller.
    NotFound = "not_found",
    /// The input violates a validation rule; `fields` has the details.
    Invalid = "invalid",
    /// The request could not be parsed.
    Malformed = "malformed",
    /// The media type of the body is not supported.
    UnsupportedMediaType = "unsupported_media_type",
    /// The request or file exceeds the size limit.
    TooLarge = "too_large",
    /// A concurrent change won; read the current state and retry.
    Conflict = "conflict",
    /// Too many requests; `retryAfter` says when to retry.
    RateLimited = "rate_limited",
    /// The conversation exceeds the model's context window.
    ContextTooLong = "context_too_long",
    /// The model provider rejected the API key or has no credit left.
    ProviderDenied = "provider_denied",
    /// The model refused to answer.
    ModelRefused = "model_refused",
    /// A dependency is unavailable.
    Unavailable = "unavailable",
    /// The operation timed out.
    Timeout = "timeout",
    /// A tool failed or was called with wrong arguments.
    ToolFailed = "tool_failed",
    /// The turn exceeded its limit of tool calls.
    TooManySteps = "too_many_steps",
    /// There is no storage left.
    StorageFull = "storage_full",
    /// A server error; the trace id identifies it in the log.
    Internal = "internal",
});

impl FaultCode {
    /// Returns the HTTP status (RFC 9110) of the response.
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

    /// Returns the Fluent key of the code's default message.
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

    /// Returns whether the server or a dependency caused the failure, so that it is logged.
    #[must_use]
    pub const fn is_server_fault(self) -> bool {
        matches!(self, Self::Internal | Self::Unavailable | Self::StorageFull)
    }
}

/// A validation error of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldFault {
    /// Dotted path of the field, in the client's spelling.
    pub field: String,
    /// Fluent key of the message.
    pub message_key: String,
    /// Arguments of the message.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

/// A failure as clients see it: no cause chain and no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{code}: {message_key}")]
pub struct Fault {
    pub code: FaultCode,
    /// Fluent key of the message for the user.
    pub message_key: String,
    /// Arguments of the message.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// Validation errors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldFault>,
    /// Seconds to wait before a retry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Identifies the failure in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

impl Fault {
    /// Creates a fault with the default message of its code.
    #[must_use]
    pub fn new(code: FaultCode) -> Self {
        Self::with_message(code, code.message_key())
    }

    /// Creates a fault with a specific message, given by its Fluent key.
    #[must_use]
    pub fn with_message(code: FaultCode, message_key: &str) -> Self {
        Self {
            code,
            message_key: message_key.to_owned(),
            args: BTreeMap::new(),
            fields: Vec::new(),
            retry_after: None,
            trace_id: None,
        }
    }

    /// Adds an argument of the message.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds a validation error; its message receives the arguments added so far.
    #[must_use]
    pub fn field(mut self, field: &str, message_key: &str) -> Self {
        self.fields.push(FieldFault {
            field: field.to_owned(),
            message_key: message_key.to_owned(),
            args: self.args.clone(),
        });
        self
    }

    /// Sets the seconds to wait before a retry.
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
