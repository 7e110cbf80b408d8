use crate::{access::Denied, db::StoreError, fault::ToFault};
use penny_ports::{analytics::QueryError, blobs::BlobError};
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Says why a datasource could not be connected or asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of that name.
    #[error("no such datasource")]
    NotFound,
    /// A name is not one that can be used.
    #[error("`{name}` is not a name for a datasource or a table")]
    BadName {
        /// The name.
        name: String,
    },
    /// Its row is not what this version writes.
    #[error("the datasource's configuration cannot be read")]
    BadConfig(#[source] serde_json::Error),
    /// The engine did not answer.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A file is missing or could not be kept.
    #[error("a file of the datasource could not be reached")]
    Blob(#[from] BlobError),
    /// A policy refuses.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
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
            Self::BadName { name } => Fault::keyed(FaultCode::Invalid, keys::FAULT_DATASOURCE_NAME)
                .arg("name", name)
                .field("slug", keys::FAULT_DATASOURCE_NAME),
            Self::BadConfig(_) => Fault::new(FaultCode::Internal),
            Self::Query(error) => query_fault(error),
            Self::Blob(BlobError::Full(_)) => Fault::new(FaultCode::StorageFull),
            Self::Blob(BlobError::NotFound | BlobError::Damaged) => Fault::new(FaultCode::Internal),
            Self::Blob(BlobError::Failed(_)) => Fault::new(FaultCode::Unavailable),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
        }
    }
}

fn query_fault(error: &QueryError) -> Fault {
    match error {
        QueryError::Refused { reason } => {
            Fault::keyed(FaultCode::Invalid, keys::FAULT_QUERY_REFUSED).arg("reason", reason)
        }
        QueryError::Invalid { detail } => {
            Fault::keyed(FaultCode::Invalid, keys::FAULT_QUERY_INVALID).arg("detail", detail)
        }
        QueryError::BadTable { table, detail } => {
            Fault::keyed(FaultCode::Invalid, keys::FAULT_TABLE_UNREADABLE)
                .arg("table", table)
                .arg("detail", detail)
        }
        QueryError::Timeout => Fault::keyed(FaultCode::Timeout, keys::FAULT_QUERY_TIMEOUT),
        QueryError::TooLarge => Fault::keyed(FaultCode::TooLarge, keys::FAULT_QUERY_TOO_LARGE),
    }
}
