//! Built-in tools.

mod get_company_kpis;
mod load_dashboard;

pub use get_company_kpis::GetCompanyKpis;
pub use load_dashboard::LoadDashboard;

use super::{Tool, ToolError, rules};
use crate::dashboards::Dashboards;
use penny_i18n::keys;
use penny_kernel::{fault::ToFault, validation};
use penny_types::{Fault, FaultCode};
use std::sync::Arc;

/// Returns all built-in tools.
#[must_use]
pub fn tools(dashboards: &Dashboards) -> Vec<Arc<dyn Tool>> {
    vec![Arc::new(GetCompanyKpis::new(dashboards.clone())), Arc::new(LoadDashboard::new(dashboards.clone()))]
}

/// Converts a domain error. Internal failures are logged here, where the cause is known.
fn tool_error(error: impl ToFault) -> ToolError {
    let failure = ToolError::from_fault(error.to_fault());
    if let ToolError::Failed(fault) = &failure {
        tracing::warn!(error = &error as &dyn std::error::Error, fault.code = %fault.code, "a built-in tool failed");
    }
    failure
}

/// Deserialises arguments that match the schema.
fn parse_arguments<T: serde::de::DeserializeOwned>(value: &serde_json::Value) -> Result<T, ToolError> {
    validation::deserialize(value).map_err(|field| {
        let fault = Fault::with_message(FaultCode::Invalid, keys::FAULT_ARGUMENTS);
        ToolError::Invalid(Fault { fields: vec![rules::name_root_field(field)], ..fault })
    })
}
