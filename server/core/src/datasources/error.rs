use penny_i18n::keys;
use penny_kernel::{access::Denied, db::StoreError, fault::ToFault};
use penny_ports::{analytics::QueryError, blobs::BlobError};
use penny_types::{Fault, FaultCode};

/// Why a datasource could not be installed or queried.
#[derive(Debug, thiserror::Error)]
pub enum DatasourceError {
    #[error("no such datasource")]
    NotFound,
    #[error("`{name}` is not a valid name for a datasource or a table")]
    InvalidName { name: String },
    /// The stored configuration cannot be deserialised by this version.
    #[error("the datasource's configuration is invalid")]
    InvalidConfig(#[source] serde_json::Error),
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error("a file of the datasource could not be read or stored")]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for DatasourceError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for DatasourceError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound => Fault::new(FaultCode::NotFound),
            Self::InvalidName { name } => {
                Fault::with_message(FaultCode::Invalid, keys::FAULT_DATASOURCE_NAME)
                    .arg("name", name)
                    .field("slug", keys::FAULT_DATASOURCE_NAME)
            }
            Self::InvalidConfig(_) => Fault::new(FaultCode::Internal),
            Self::Query(error) => query_fault(error),
            Self::Blob(BlobError::Full(_)) => Fault::new(FaultCode::StorageFull),
            Self::Blob(BlobError::NotFound | BlobError::Corrupt) => Fault::new(FaultCode::Internal),
            Self::Blob(BlobError::Io(_)) => Fault::new(FaultCode::Unavailable),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
        }
    }
}

fn query_fault(error: &QueryError) -> Fault {
    match error {
        QueryError::Refused { reason } => {
            Fault::with_message(FaultCode::Invalid, keys::FAULT_QUERY_REFUSED).arg("reason", reason)
        }
        QueryError::Invalid { detail } => {
            Fault::with_message(FaultCode::Invalid, keys::FAULT_QUERY_INVALID).arg("detail", detail)
        }
        QueryError::InvalidTable { table, detail } => {
            Fault::with_message(FaultCode::Invalid, keys::FAULT_TABLE_UNREADABLE)
                .arg("table", table)
                .arg("detail", detail)
        }
        QueryError::Timeout => Fault::with_message(FaultCode::Timeout, keys::FAULT_QUERY_TIMEOUT),
        QueryError::TooLarge => Fault::with_message(FaultCode::TooLarge, keys::FAULT_QUERY_TOO_LARGE),
    }
}
