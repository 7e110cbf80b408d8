use crate::{access::Denied, db::StoreError, fault::ToFault, paging::BadCursor, title::BadTitle};
use penny_ports::{blobs::BlobError, bus::BusError};
use penny_types::{Fault, FaultCode, FieldFault, artifacts::ArtifactKind};
use penny_words::keys;

/// Says why an artifact could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or not for this person.
    #[error("no such artifact")]
    NotFound,
    /// The title is none.
    #[error(transparent)]
    Title(#[from] BadTitle),
    /// The content is not of its kind.
    #[error("the content is not a {kind}: {} is wrong", .field.field)]
    BadContent {
        /// The kind it should be.
        kind: ArtifactKind,
        /// What is wrong with it.
        field: FieldFault,
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
    /// The cursor is none of this list's.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
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
            Self::Title(error) => error.to_fault(),
            Self::BadContent { kind, field } => {
                let fault = Fault::keyed(FaultCode::Invalid, keys::FAULT_CONTENT).arg("kind", kind);
                Fault { fields: vec![field.clone()], ..fault }
            }
            Self::TooLarge { max } => {
                Fault::keyed(FaultCode::TooLarge, keys::FAULT_ARTIFACT_TOO_LARGE).arg("max", max)
            }
            Self::BadSignature => Fault::keyed(FaultCode::Forbidden, keys::FAULT_SIGNATURE),
            Self::Cursor(error) => error.to_fault(),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
            Self::Blob(BlobError::Full(_)) => Fault::new(FaultCode::StorageFull),
            Self::Blob(BlobError::NotFound) => Fault::new(FaultCode::NotFound),
            Self::Blob(_) | Self::Bus(_) => Fault::new(FaultCode::Unavailable),
        }
    }
}
