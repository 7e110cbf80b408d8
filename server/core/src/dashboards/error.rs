use crate::datasources;
use penny_i18n::keys;
use penny_kernel::{access::Denied, db::StoreError, fault::ToFault};
use penny_types::{
    Fault, FaultCode,
    dashboards::{FilterOption, Unit},
};

/// Why a dashboard or a KPI could not be returned.
#[derive(Debug, thiserror::Error)]
pub enum DashboardError {
    #[error("no such dashboard")]
    NotFound,
    /// No KPI is defined, or no datasource lists units.
    #[error("there are no KPIs yet")]
    NoKpis,
    #[error("the filter {unit} requires an id")]
    MissingUnitId {
        unit: Unit,
        /// The units that exist.
        options: Vec<FilterOption>,
    },
    #[error("there is no {unit} `{id}`")]
    UnknownUnit {
        unit: Unit,
        id: String,
        /// The units that exist.
        options: Vec<FilterOption>,
    },
    #[error("the query of `{slug}` does not return the column {column}")]
    MissingColumn {
        /// Slug of the KPI or title of the widget.
        slug: String,
        column: String,
    },
    /// A stored definition cannot be deserialised by this version.
    #[error("a stored definition is invalid")]
    InvalidConfig(#[source] serde_json::Error),
    #[error(transparent)]
    Datasource(#[from] datasources::DatasourceError),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Maximum number of options listed in a message.
const MAX_LISTED_OPTIONS: usize = 30;

fn format_options(options: &[FilterOption]) -> String {
    let names: Vec<String> = options
        .iter()
        .take(MAX_LISTED_OPTIONS)
        .map(|option| format!("{} ({})", option.id, option.name))
        .collect();
    names.join(", ")
}

impl From<sea_orm::DbErr> for DashboardError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for DashboardError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound => Fault::with_message(FaultCode::NotFound, keys::FAULT_DASHBOARD_NOT_FOUND),
            Self::NoKpis => Fault::with_message(FaultCode::NotFound, keys::FAULT_NO_METRICS),
            Self::MissingUnitId { unit, options } => {
                let key = match unit {
                    Unit::Project => keys::FAULT_PROJECT_ID_NEEDED,
                    Unit::Bu | Unit::Company => keys::FAULT_BU_ID_NEEDED,
                };
                Fault::with_message(FaultCode::Invalid, key)
                    .arg("options", format_options(options))
                    .field("id", keys::FAULT_UNIT_ID)
            }
            Self::UnknownUnit { unit, id, options } => {
                let key = match unit {
                    Unit::Project => keys::FAULT_NO_SUCH_PROJECT,
                    Unit::Bu | Unit::Company => keys::FAULT_NO_SUCH_BU,
                };
                Fault::with_message(FaultCode::Invalid, key)
                    .arg("id", id)
                    .arg("options", format_options(options))
                    .field("id", keys::FAULT_UNIT_ID)
            }
            Self::MissingColumn { .. } | Self::InvalidConfig(_) => Fault::new(FaultCode::Internal),
            Self::Datasource(error) => error.to_fault(),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
        }
    }
}
