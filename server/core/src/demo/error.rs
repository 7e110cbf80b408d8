use crate::{dashboards, datasources, fault::ToFault};
use penny_types::{Fault, FaultCode};

/// Says why the demo company could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The definitions built into the program are wrong.
    #[error("the demo's definitions cannot be read")]
    BadDefinitions(#[from] toml::de::Error),
    /// Its files could not be installed.
    #[error(transparent)]
    Datasource(#[from] datasources::Error),
    /// Its figures could not be installed.
    #[error(transparent)]
    Dashboard(#[from] dashboards::Error),
}

impl ToFault for Error {
    fn to_fault(&self) -> Fault {
        match self {
            Self::BadDefinitions(_) => Fault::new(FaultCode::Internal),
            Self::Datasource(error) => error.to_fault(),
            Self::Dashboard(error) => error.to_fault(),
        }
    }
}
