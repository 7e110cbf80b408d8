use crate::artifacts;
use penny_i18n::keys;
use penny_kernel::{access::Denied, db::StoreError, fault::ToFault};
use penny_types::{Fault, FaultCode, FieldFault};

fn paths(fields: &[FieldFault]) -> String {
    fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>().join(", ")
}

/// Why a tool call was rejected or failed.
#[derive(Debug, thiserror::Error)]
pub enum ToolCallError {
    /// The tool does not exist or the actor may not use it; the two are not distinguished.
    #[error("the tool does not exist or may not be used")]
    UnknownTool { name: String },
    /// The arguments are not JSON or do not match the tool's schema.
    #[error("the arguments do not match the schema at {}", paths(.fields))]
    InvalidArguments { name: String, fields: Vec<FieldFault> },
    /// The tool needs a user's approval, which can be requested only in a conversation.
    #[error("the tool needs approval")]
    NeedsApproval { name: String },
    #[error("too many calls of {name}")]
    RateLimited {
        name: String,
        /// Seconds.
        retry_after: u64,
    },
    #[error("{name} ran longer than {seconds} s")]
    Timeout { name: String, seconds: u64 },
    #[error("the result of {name} is too large")]
    ResultTooLarge { name: String },
    #[error("a table of {name} has more than {max} rows")]
    TooManyRows { name: String, max: usize },
    #[error("the tool failed: {0}")]
    Failed(Fault),
    #[error("a user denied the call")]
    DeniedByUser,
    /// Another process has taken over the turn.
    #[error("another process has taken over the turn")]
    FencingTokenLost,
    #[error(transparent)]
    Artifact(#[from] artifacts::ArtifactError),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for ToolCallError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for ToolCallError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::UnknownTool { name } => {
                Fault::with_message(FaultCode::NotFound, keys::FAULT_TOOL_UNKNOWN).arg("name", name)
            }
            Self::InvalidArguments { name, fields } => {
                let fault =
                    Fault::with_message(FaultCode::Invalid, keys::FAULT_TOOL_ARGUMENTS).arg("name", name);
                Fault { fields: fields.clone(), ..fault }
            }
            Self::NeedsApproval { name } => {
                Fault::with_message(FaultCode::Forbidden, keys::FAULT_TOOL_NEEDS_APPROVAL).arg("name", name)
            }
            Self::RateLimited { retry_after, .. } => {
                Fault::new(FaultCode::RateLimited).retry_after(*retry_after)
            }
            Self::Timeout { name, seconds } => {
                Fault::with_message(FaultCode::Timeout, keys::FAULT_TOOL_TIMEOUT)
                    .arg("name", name)
                    .arg("seconds", seconds)
            }
            Self::ResultTooLarge { name } => {
                Fault::with_message(FaultCode::ToolFailed, keys::FAULT_TOOL_RESULT).arg("name", name)
            }
            Self::TooManyRows { name, max } => {
                Fault::with_message(FaultCode::ToolFailed, keys::FAULT_TOOL_ROWS)
                    .arg("name", name)
                    .arg("max", max)
            }
            Self::Failed(fault) => fault.clone(),
            Self::DeniedByUser => Fault::with_message(FaultCode::Forbidden, keys::FAULT_TOOL_DENIED),
            Self::FencingTokenLost => Fault::new(FaultCode::Conflict),
            Self::Artifact(error) => error.to_fault(),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
        }
    }
}
