use crate::{access::Denied, artifacts, db::StoreError, fault::ToFault};
use penny_types::{Fault, FaultCode, FieldFault};
use penny_words::keys;

fn paths(fields: &[FieldFault]) -> String {
    fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>().join(", ")
}

/// Says why a call was not made, or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such tool, or not for this person: both are answered alike.
    #[error("no tool of that name may be used")]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// The arguments are not JSON, or break the tool's schema.
    #[error("the arguments break the schema at {}", paths(.fields))]
    BadArguments {
        /// The tool.
        name: String,
        /// What is wrong.
        fields: Vec<FieldFault>,
    },
    /// The tool needs a person's approval, which only a conversation can ask for.
    #[error("the tool needs approval")]
    NeedsApproval {
        /// The tool.
        name: String,
    },
    /// Too many calls.
    #[error("too many calls of {name}")]
    TooMany {
        /// The tool.
        name: String,
        /// Seconds until the next may be made.
        retry_after: u64,
    },
    /// It ran longer than it may.
    #[error("{name} ran longer than {seconds} s")]
    Timeout {
        /// The tool.
        name: String,
        /// Its limit.
        seconds: u64,
    },
    /// Its answer is larger than it may be.
    #[error("the answer of {name} is too large")]
    ResultTooLarge {
        /// The tool.
        name: String,
    },
    /// A table it brought has more rows than it may have.
    #[error("a table of {name} has more than {max} rows")]
    TooManyRows {
        /// The tool.
        name: String,
        /// Its limit.
        max: usize,
    },
    /// The tool said no.
    #[error("the tool failed: {0}")]
    Failed(Fault),
    /// The person who was asked said no.
    #[error("a person denied the call")]
    DeniedByPerson,
    /// The turn the call is for is run by another process now.
    #[error("another process has the turn now")]
    Overtaken,
    /// What the tool made cannot be kept.
    #[error(transparent)]
    Artifact(#[from] artifacts::Error),
    /// A policy refuses.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for Error {
    fn to_fault(&self) -> Fault {
        match self {
            Self::Unknown { name } => {
                Fault::keyed(FaultCode::NotFound, keys::FAULT_TOOL_UNKNOWN).arg("name", name)
            }
            Self::BadArguments { name, fields } => {
                let fault = Fault::keyed(FaultCode::Invalid, keys::FAULT_TOOL_ARGUMENTS).arg("name", name);
                Fault { fields: fields.clone(), ..fault }
            }
            Self::NeedsApproval { name } => {
                Fault::keyed(FaultCode::Forbidden, keys::FAULT_TOOL_NEEDS_APPROVAL).arg("name", name)
            }
            Self::TooMany { retry_after, .. } => Fault::new(FaultCode::RateLimited).retry_after(*retry_after),
            Self::Timeout { name, seconds } => Fault::keyed(FaultCode::Timeout, keys::FAULT_TOOL_TIMEOUT)
                .arg("name", name)
                .arg("seconds", seconds),
            Self::ResultTooLarge { name } => {
                Fault::keyed(FaultCode::ToolFailed, keys::FAULT_TOOL_RESULT).arg("name", name)
            }
            Self::TooManyRows { name, max } => {
                Fault::keyed(FaultCode::ToolFailed, keys::FAULT_TOOL_ROWS).arg("name", name).arg("max", max)
            }
            Self::Failed(fault) => fault.clone(),
            Self::DeniedByPerson => Fault::keyed(FaultCode::Forbidden, keys::FAULT_TOOL_DENIED),
            Self::Overtaken => Fault::new(FaultCode::Conflict),
            Self::Artifact(error) => error.to_fault(),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
        }
    }
}
