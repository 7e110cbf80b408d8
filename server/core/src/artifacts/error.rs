use crate::title::InvalidTitle;
use penny_i18n::keys;
use penny_kernel::{access::Denied, db::StoreError, fault::ToFault, paging::InvalidCursor};
use penny_ports::{blobs::BlobError, bus::BusError};
use penny_types::{Fault, FaultCode, FieldFault, artifacts::ArtifactKind};

/// Why an artifact could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// The artifact does not exist or the actor may not see it.
    #[error("no such artifact")]
    NotFound,
    #[error(transparent)]
    Title(#[from] InvalidTitle),
    #[error("the content is not a valid {kind}: {} is invalid", .field.field)]
    InvalidContent { kind: ArtifactKind, field: FieldFault },
    #[error("the artifact exceeds {max} bytes")]
    TooLarge { max: usize },
    /// The signature of a content URL is invalid or has expired.
    #[error("the signature is not valid or has expired")]
    InvalidSignature,
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

impl From<sea_orm::DbErr> for ArtifactError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for ArtifactError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound => Fault::new(FaultCode::NotFound),
            Self::Title(error) => error.to_fault(),
            Self::InvalidContent { kind, field } => {
                let fault = Fault::with_message(FaultCode::Invalid, keys::FAULT_CONTENT).arg("kind", kind);
                Fault { fields: vec![field.clone()], ..fault }
            }
            Self::TooLarge { max } => {
                Fault::with_message(FaultCode::TooLarge, keys::FAULT_ARTIFACT_TOO_LARGE).arg("max", max)
            }
            Self::InvalidSignature => Fault::with_message(FaultCode::Forbidden, keys::FAULT_SIGNATURE),
            Self::Cursor(error) => error.to_fault(),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
            Self::Blob(BlobError::Full(_)) => Fault::new(FaultCode::StorageFull),
            Self::Blob(BlobError::NotFound) => Fault::new(FaultCode::NotFound),
            Self::Blob(_) | Self::Bus(_) => Fault::new(FaultCode::Unavailable),
        }
    }
}
