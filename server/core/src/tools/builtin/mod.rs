//! The tools that come with PENNY.

mod get_company_kpis;
mod load_dashboard;
#[cfg(test)]
mod tests;

pub use get_company_kpis::GetCompanyKpis;
pub use load_dashboard::LoadDashboard;

use super::{Tool, ToolError, rules};
use crate::{dashboards::Dashboards, fault::ToFault, misfit};
use penny_types::{Fault, FaultCode};
use penny_words::keys;
use std::sync::Arc;

/// Returns every built-in tool.
#[must_use]
pub fn all(dashboards: &Dashboards) -> Vec<Arc<dyn Tool>> {
    vec![Arc::new(GetCompanyKpis::new(dashboards.clone())), Arc::new(LoadDashboard::new(dashboards.clone()))]
}

/// Turns a room's error into the tool's. A failure of ours is logged here, where its cause is known.
fn failed(error: impl ToFault) -> ToolError {
    let failure = ToolError::from_fault(error.to_fault());
    if let ToolError::Failed(fault) = &failure {
        tracing::warn!(error = &error as &dyn std::error::Error, fault.code = %fault.code, "a built-in tool failed");
    }
    failure
}

/// Turns arguments the schema let through into what the tool reads.
fn arguments<T: serde::de::DeserializeOwned>(value: &serde_json::Value) -> Result<T, ToolError> {
    misfit::read(value).map_err(|field| {
        let fault = Fault::keyed(FaultCode::Invalid, keys::FAULT_ARGUMENTS);
        ToolError::Invalid(Fault { fields: vec![rules::named(field)], ..fault })
    })
}
