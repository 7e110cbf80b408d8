use crate::{access::Denied, db::StoreError, fault::ToFault};
use penny_ports::{blobs::BlobError, bus::BusError};
use penny_types::{Fault, FaultCode};

/// Says why an artifact could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or not for this person.
    #[error("no such artifact")]
    NotFound,
    /// The title is empty or too long.
    #[error("a title has 1 to {max} characters")]
    BadTitle {
        /// The longest allowed.
        max: usize,
    },
    /// The content is not of its kind.
    #[error("the content is not a {kind}: {detail}")]
    BadContent {
        /// The kind it should be.
        kind: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The content is too large to keep.
    #[error("an artifact has at most {max} bytes")]
    TooLarge {
        /// The most allowed.
        max: usize,
    },
    /// The address was not signed here, or has expired.
    #[error("the address is not valid or has expired")]
    BadSignature,
    /// The cursor is none of ours.
    #[error("not a cursor of this list")]
    BadCursor,
    /// A policy refuses.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
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
            Self::NotFound => Fault::new(FaultCode::NotFound),
            Self::BadTitle { max } => {
                Fault::keyed(FaultCode::Invalid, "fault-title").arg("max", max).field("title", "fault-title")
            }
            Self::BadContent { kind, detail } => Fault::keyed(FaultCode::Invalid, "fault-content")
                .arg("kind", kind)
                .arg("detail", detail)
                .field("content", "fault-field"),
            Self::TooLarge { max } => {
                Fault::keyed(FaultCode::TooLarge, "fault-artifact-too-large").arg("max", max)
            }
            Self::BadSignature => Fault::keyed(FaultCode::Forbidden, "fault-signature"),
            Self::BadCursor => {
                Fault::keyed(FaultCode::Invalid, "fault-cursor").field("cursor", "fault-cursor")
            }
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
            Self::Blob(BlobError::Full(_)) => Fault::new(FaultCode::StorageFull),
            Self::Blob(BlobError::NotFound) => Fault::new(FaultCode::NotFound),
            Self::Blob(_) | Self::Bus(_) => Fault::new(FaultCode::Unavailable),
        }
    }
}
