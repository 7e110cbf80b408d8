use crate::{artifacts, conversations, routing, tools};
use penny_i18n::keys;
use penny_kernel::{
    access::{Denied, PolicyError},
    db::StoreError,
    fault::ToFault,
};
use penny_ports::bus::BusError;
use penny_types::{Fault, FaultCode};

/// Errors of starting, following and changing turns.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The turn does not exist or the caller cannot see it.
    #[error("no such turn")]
    NotFound,
    /// The message has neither text nor attachments.
    #[error("the message is empty")]
    EmptyMessage,
    #[error("a message has at most {max} bytes")]
    MessageTooLong {
        /// In bytes.
        max: usize,
    },
    /// A field of the message exceeds a limit or conflicts with another field.
    #[error("the field {field} is invalid")]
    InvalidField {
        /// The JSON name of the field.
        field: &'static str,
    },
    /// The parent or replaced message does not exist in the conversation.
    #[error("no such message in the conversation")]
    MessageNotFound,
    /// A turn is still writing the message that is to be followed or regenerated.
    #[error("the previous turn is still running")]
    TurnRunning,
    /// The caller has reached the limit of live turns.
    #[error("too many live turns")]
    TooManyLiveTurns,
    /// The turn is not the last of its message, or it is running or finished.
    #[error("the turn cannot be continued")]
    NotContinuable,
    /// The tool call does not wait for an approval, or no longer.
    #[error("the tool call does not wait for an approval")]
    NotAwaitingApproval,
    /// The sender of the message was deactivated or may no longer act for the subject.
    #[error("the sender of the message may no longer act")]
    SenderInactive,
    /// A stored policy of the tenant is invalid.
    #[error(transparent)]
    Policies(PolicyError),
    #[error(transparent)]
    Routing(#[from] routing::RoutingError),
    #[error(transparent)]
    Conversation(#[from] conversations::ConversationError),
    #[error(transparent)]
    Tool(#[from] tools::ToolCallError),
    #[error(transparent)]
    Artifact(#[from] artifacts::ArtifactError),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

impl From<sea_orm::DbErr> for TurnError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for TurnError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound | Self::MessageNotFound => Fault::new(FaultCode::NotFound),
            Self::EmptyMessage => Fault::with_message(FaultCode::Invalid, keys::FAULT_MESSAGE_EMPTY)
                .field("content", keys::FAULT_MESSAGE_EMPTY),
            Self::MessageTooLong { max } => {
                Fault::with_message(FaultCode::TooLarge, keys::FAULT_MESSAGE_TOO_LARGE).arg("max", max)
            }
            Self::InvalidField { field } => Fault::new(FaultCode::Invalid).field(field, keys::FAULT_FIELD),
            Self::TurnRunning => Fault::with_message(FaultCode::Conflict, keys::FAULT_TURN_RUNNING),
            Self::TooManyLiveTurns => Fault::new(FaultCode::RateLimited).retry_after(5),
            Self::NotContinuable => Fault::with_message(FaultCode::Conflict, keys::FAULT_NOT_CONTINUABLE),
            Self::NotAwaitingApproval => Fault::with_message(FaultCode::Conflict, keys::FAULT_NOT_WAITING),
            Self::SenderInactive => Fault::with_message(FaultCode::Conflict, keys::FAULT_SENDER_INACTIVE),
            Self::Policies(_) => Fault::new(FaultCode::Internal),
            Self::Routing(error) => error.to_fault(),
            Self::Conversation(error) => error.to_fault(),
            Self::Tool(error) => error.to_fault(),
            Self::Artifact(error) => error.to_fault(),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
            Self::Bus(_) => Fault::new(FaultCode::Unavailable),
        }
    }
}
