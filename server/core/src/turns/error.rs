use crate::{access::Denied, artifacts, conversations, db::StoreError, fault::ToFault, routing, tools};
use penny_ports::bus::BusError;
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Says why a turn could not be begun, followed or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or not for this person.
    #[error("no such turn")]
    NotFound,
    /// The message says nothing.
    #[error("the message is empty")]
    Empty,
    /// The message is too long.
    #[error("a message has at most {max} bytes")]
    TooLong {
        /// The longest allowed.
        max: usize,
    },
    /// A name or list in the message breaks a limit.
    #[error("the field {field} is wrong")]
    BadField {
        /// Which one.
        field: &'static str,
    },
    /// There is no such message to follow or replace.
    #[error("no such message in the conversation")]
    NoSuchMessage,
    /// The message it would follow is still being written.
    #[error("the answer before is still being written")]
    StillRunning,
    /// The person has as many answers under way as they may.
    #[error("too many answers are under way")]
    TooManyLive,
    /// The turn has nothing to continue.
    #[error("the turn is not one that can be continued")]
    NotContinuable,
    /// Nobody is asked about that call, or not any more.
    #[error("the call does not wait for a decision")]
    NotWaiting,
    /// The model cannot be asked.
    #[error(transparent)]
    Routing(#[from] routing::Error),
    /// The conversation cannot be written.
    #[error(transparent)]
    Conversation(#[from] conversations::Error),
    /// A tool's call cannot be read or written.
    #[error(transparent)]
    Tool(#[from] tools::Error),
    /// An attachment cannot be read.
    #[error(transparent)]
    Artifact(#[from] artifacts::Error),
    /// A policy refuses.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bus failed.
    #[error(transparent)]
    Bus(#[from] BusError),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for Error {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound | Self::NoSuchMessage => Fault::new(FaultCode::NotFound),
            Self::Empty => Fault::keyed(FaultCode::Invalid, keys::FAULT_MESSAGE_EMPTY)
                .field("content", keys::FAULT_MESSAGE_EMPTY),
            Self::TooLong { max } => {
                Fault::keyed(FaultCode::TooLarge, keys::FAULT_MESSAGE_TOO_LARGE).arg("max", max)
            }
            Self::BadField { field } => Fault::new(FaultCode::Invalid).field(field, keys::FAULT_FIELD),
            Self::StillRunning => Fault::keyed(FaultCode::Conflict, keys::FAULT_TURN_RUNNING),
            Self::TooManyLive => Fault::new(FaultCode::RateLimited).retry_after(5),
            Self::NotContinuable => Fault::keyed(FaultCode::Conflict, keys::FAULT_NOT_CONTINUABLE),
            Self::NotWaiting => Fault::keyed(FaultCode::Conflict, keys::FAULT_NOT_WAITING),
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
