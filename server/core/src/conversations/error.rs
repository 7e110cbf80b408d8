use crate::{access::Denied, db::StoreError, fault::ToFault, paging::BadCursor, title::BadTitle};
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Says why a conversation could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or not for this person.
    #[error("no such conversation")]
    NotFound,
    /// There is no such message in it.
    #[error("no such message in the conversation")]
    NoSuchMessage,
    /// The title is none.
    #[error(transparent)]
    Title(#[from] BadTitle),
    /// The draft is too long to keep.
    #[error("a draft has at most {max} bytes")]
    DraftTooLong {
        /// The longest allowed.
        max: usize,
    },
    /// One of its messages is still being written.
    #[error("an answer of the branch is still being written")]
    StillRunning,
    /// The branch is too long to be copied.
    #[error("a branch of more than {max} messages is not copied")]
    BranchTooLong {
        /// The longest allowed.
        max: usize,
    },
    /// The one branch has nothing that the other has not.
    #[error("the branch has nothing to bring over")]
    NothingToMerge,
    /// The cursor is none of this list's.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// A policy refuses.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bus failed.
    #[error(transparent)]
    Bus(#[from] penny_ports::bus::BusError),
}

impl ToFault for Error {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound | Self::NoSuchMessage => Fault::new(FaultCode::NotFound),
            Self::Title(error) => error.to_fault(),
            Self::DraftTooLong { max } => {
                Fault::keyed(FaultCode::TooLarge, keys::FAULT_MESSAGE_TOO_LARGE).arg("max", max)
            }
            Self::StillRunning => Fault::keyed(FaultCode::Conflict, keys::FAULT_TURN_RUNNING),
            Self::BranchTooLong { max } => {
                Fault::keyed(FaultCode::TooLarge, keys::FAULT_BRANCH_TOO_LONG).arg("max", max)
            }
            Self::NothingToMerge => Fault::keyed(FaultCode::Conflict, keys::FAULT_NOTHING_TO_MERGE),
            Self::Cursor(error) => error.to_fault(),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
            Self::Bus(_) => Fault::new(FaultCode::Unavailable),
        }
    }
}
