use crate::title::InvalidTitle;
use penny_i18n::keys;
use penny_kernel::{access::Denied, db::StoreError, fault::ToFault, paging::InvalidCursor};
use penny_types::{Fault, FaultCode};

/// Errors of reading and changing conversations.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// The conversation does not exist or the caller cannot see it.
    #[error("no such conversation")]
    NotFound,
    #[error("no such message in the conversation")]
    MessageNotFound,
    #[error(transparent)]
    Title(#[from] InvalidTitle),
    #[error("a draft has at most {max} bytes")]
    DraftTooLong {
        /// In bytes.
        max: usize,
    },
    /// A turn is still writing a message of the branch.
    #[error("a turn of the branch is still running")]
    TurnRunning,
    #[error("a branch of more than {max} messages cannot be copied")]
    BranchTooLong {
        /// In messages.
        max: usize,
    },
    /// The source branch has no messages that the target does not have.
    #[error("the branch has nothing to merge")]
    NothingToMerge,
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bus(#[from] penny_ports::bus::BusError),
}

impl ToFault for ConversationError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound | Self::MessageNotFound => Fault::new(FaultCode::NotFound),
            Self::Title(error) => error.to_fault(),
            Self::DraftTooLong { max } => {
                Fault::with_message(FaultCode::TooLarge, keys::FAULT_MESSAGE_TOO_LARGE).arg("max", max)
            }
            Self::TurnRunning => Fault::with_message(FaultCode::Conflict, keys::FAULT_TURN_RUNNING),
            Self::BranchTooLong { max } => {
                Fault::with_message(FaultCode::TooLarge, keys::FAULT_BRANCH_TOO_LONG).arg("max", max)
            }
            Self::NothingToMerge => Fault::with_message(FaultCode::Conflict, keys::FAULT_NOTHING_TO_MERGE),
            Self::Cursor(error) => error.to_fault(),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
            Self::Bus(_) => Fault::new(FaultCode::Unavailable),
        }
    }
}
