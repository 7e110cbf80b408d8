//! What can go wrong between a rule and its rows.

use super::classify::{Trouble, classify};
use crate::fault::ToFault;
use penny_types::{Fault, FaultCode};
use sea_orm::DbErr;

/// Says why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached now.
    #[error("the database cannot be reached")]
    Unavailable(#[source] DbErr),
    /// It has no room left.
    #[error("the database has no room left")]
    Full(#[source] DbErr),
    /// Others hold what is needed, and waiting longer makes no sense.
    #[error("the database is busy")]
    Busy(#[source] DbErr),
    /// Another row already has a value that must be unique, or a row referred to is gone.
    #[error("the change conflicts with what is stored")]
    Conflict(#[source] DbErr),
    /// A text holds a character that it cannot keep.
    #[error("a text cannot be stored")]
    Text(#[source] DbErr),
    /// Its tables are older than the program.
    #[error("{pending} migrations have not been applied")]
    Outdated {
        /// How many are missing.
        pending: usize,
    },
    /// Anything else: a fault of ours.
    #[error("the database refused a statement")]
    Failed(#[source] DbErr),
}

impl StoreError {
    /// Says whether it is a value that must be unique, or a row that is gone.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Says whether the same may well succeed later, without anything being changed.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_) | Self::Busy(_))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match classify(&error) {
            Trouble::Unavailable => Self::Unavailable(error),
            Trouble::Full => Self::Full(error),
            Trouble::Busy => Self::Busy(error),
            Trouble::Conflict => Self::Conflict(error),
            Trouble::Text => Self::Text(error),
            Trouble::Other => Self::Failed(error),
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
            Self::Text(_) => Fault::new(FaultCode::Invalid),
            Self::Failed(_) => Fault::new(FaultCode::Internal),
        }
    }
}
