use crate::{access::Denied, datasources, db::StoreError, fault::ToFault};
use penny_types::{
    Fault, FaultCode,
    dashboards::{FilterOption, Unit},
};
use penny_words::keys;

/// Says why a dashboard or a key figure could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no dashboard of that name.
    #[error("no such dashboard")]
    NotFound,
    /// Nothing is connected that figures could come from.
    #[error("there are no key figures yet")]
    NoFigures,
    /// It was not said which one the figures are about.
    #[error("`id` says which {unit} is meant")]
    IdMissing {
        /// What kind of thing.
        unit: Unit,
        /// Those that exist.
        options: Vec<FilterOption>,
    },
    /// There is none of that id.
    #[error("there is no {unit} `{id}`")]
    NoSuchUnit {
        /// What kind of thing.
        unit: Unit,
        /// What was asked for.
        id: String,
        /// Those that exist.
        options: Vec<FilterOption>,
    },
    /// A definition does not return what it must.
    #[error("the definition `{slug}` does not return the column {column}")]
    BadDefinition {
        /// The key figure or widget.
        slug: String,
        /// The column it lacks.
        column: String,
    },
    /// A row is not what this version writes.
    #[error("a stored definition cannot be read")]
    BadConfig(#[source] serde_json::Error),
    /// The datasource did not answer.
    #[error(transparent)]
    Datasource(#[from] datasources::Error),
    /// A policy refuses.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Most choices named in a sentence.
const MAX_NAMED: usize = 30;

fn named(options: &[FilterOption]) -> String {
    let names: Vec<String> =
        options.iter().take(MAX_NAMED).map(|option| format!("{} ({})", option.id, option.name)).collect();
    names.join(", ")
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for Error {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound => Fault::keyed(FaultCode::NotFound, keys::FAULT_DASHBOARD_NOT_FOUND),
            Self::NoFigures => Fault::keyed(FaultCode::NotFound, keys::FAULT_NO_FIGURES),
            Self::IdMissing { unit, options } => {
                let key = match unit {
                    Unit::Project => keys::FAULT_PROJECT_ID_NEEDED,
                    Unit::Bu | Unit::Company => keys::FAULT_BU_ID_NEEDED,
                };
                Fault::keyed(FaultCode::Invalid, key)
                    .arg("options", named(options))
                    .field("id", keys::FAULT_UNIT_ID)
            }
            Self::NoSuchUnit { unit, id, options } => {
                let key = match unit {
                    Unit::Project => keys::FAULT_NO_SUCH_PROJECT,
                    Unit::Bu | Unit::Company => keys::FAULT_NO_SUCH_BU,
                };
                Fault::keyed(FaultCode::Invalid, key)
                    .arg("id", id)
                    .arg("options", named(options))
                    .field("id", keys::FAULT_UNIT_ID)
            }
            Self::BadDefinition { .. } | Self::BadConfig(_) => Fault::new(FaultCode::Internal),
            Self::Datasource(error) => error.to_fault(),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
        }
    }
}
