use crate::{artifacts::ArtifactError, conversations::ConversationError};
use penny_i18n::keys;
use penny_kernel::{db::StoreError, fault::ToFault};
use penny_types::{Fault, FaultCode};

/// Why a resource is not shared.
#[derive(Debug, thiserror::Error)]
pub enum SharingError {
    #[error("there is no such share")]
    NotFound,
    #[error("exactly one subject must be named")]
    SubjectCount,
    #[error("there is no such principal or group: {field}")]
    UnknownSubject { field: &'static str },
    #[error("the resource already belongs to the subject")]
    IsOwner,
    #[error("the share would have expired already")]
    Expired,
    #[error("the resource has too many shares")]
    TooMany,
    #[error(transparent)]
    Conversation(#[from] ConversationError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for SharingError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for SharingError {
    fn to_fault(&self) -> Fault {
        let invalid = |field: &str, key: &str| Fault::new(FaultCode::Invalid).field(field, key);
        match self {
            Self::NotFound => Fault::new(FaultCode::NotFound),
            Self::SubjectCount => invalid("principalId", keys::SHARING_SUBJECT_COUNT),
            Self::UnknownSubject { field } => invalid(field, keys::SHARING_SUBJECT_UNKNOWN),
            Self::IsOwner => invalid("principalId", keys::SHARING_OWNER),
            Self::Expired => invalid("expiresAt", keys::SHARING_EXPIRED),
            Self::TooMany => Fault::with_message(FaultCode::Conflict, keys::SHARING_TOO_MANY),
            Self::Conversation(error) => error.to_fault(),
            Self::Artifact(error) => error.to_fault(),
            Self::Store(error) => error.to_fault(),
        }
    }
}
