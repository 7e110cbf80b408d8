//! Database errors.

use super::classify::{ErrorClass, classify};
use crate::fault::ToFault;
use penny_types::{Fault, FaultCode};
use sea_orm::DbErr;

/// A database operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database cannot be reached")]
    Unavailable(#[source] DbErr),
    #[error("the database has no storage space left")]
    Full(#[source] DbErr),
    /// A lock, a connection or a statement timed out, or the transaction could not be serialised.
    #[error("the database is busy")]
    Busy(#[source] DbErr),
    /// A unique or foreign key constraint was violated.
    #[error("the change conflicts with stored data")]
    Conflict(#[source] DbErr),
    /// A text contains a character that the database cannot store.
    #[error("a text contains a character that cannot be stored")]
    UnstorableText(#[source] DbErr),
    /// The schema is older than the program.
    #[error("{pending} migrations have not been applied")]
    Outdated { pending: usize },
    /// Any other error: a programming error.
    #[error("the database rejected a statement")]
    Failed(#[source] DbErr),
}

impl StoreError {
    /// Returns whether a unique or foreign key constraint was violated.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Returns whether the same operation may succeed if it is retried.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_) | Self::Busy(_))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match classify(&error) {
            ErrorClass::Unavailable => Self::Unavailable(error),
            ErrorClass::Full => Self::Full(error),
            ErrorClass::Busy => Self::Busy(error),
            ErrorClass::Conflict => Self::Conflict(error),
            ErrorClass::UnstorableText => Self::UnstorableText(error),
            ErrorClass::Other => Self::Failed(error),
        }
    }
}

impl ToFault for StoreError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::Unavailable(_) | Self::Busy(_) | Self::Outdated { .. } => {
                Fault::new(FaultCode::Unavailable).retry_after(1)
            }
            Self::Full(_) => Fault::new(FaultCode::StorageFull),
            Self::Conflict(_) => Fault::new(FaultCode::Conflict),
            Self::UnstorableText(_) => Fault::new(FaultCode::Invalid),
            Self::Failed(_) => Fault::new(FaultCode::Internal),
        }
    }
}
