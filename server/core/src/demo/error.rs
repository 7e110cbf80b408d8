use crate::{dashboards, datasources};
use penny_kernel::fault::ToFault;
use penny_types::{Fault, FaultCode};

/// Why the demo company could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The embedded definitions are invalid.
    #[error("the definitions of the demo are invalid")]
    InvalidDefinitions(#[from] toml::de::Error),
    #[error(transparent)]
    Datasource(#[from] datasources::DatasourceError),
    #[error(transparent)]
    Dashboard(#[from] dashboards::DashboardError),
}

impl ToFault for DemoError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::InvalidDefinitions(_) => Fault::new(FaultCode::Internal),
            Self::Datasource(error) => error.to_fault(),
            Self::Dashboard(error) => error.to_fault(),
        }
    }
}
