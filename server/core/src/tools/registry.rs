//! The registry of tools, with compiled schemas and per-tool limits.

use super::{Tool, ToolContract, rules};
use parking_lot::Mutex;
use penny_kernel::validation;
use penny_types::{FieldFault, PrincipalId, TenantId};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use tokio::{sync::Semaphore, time::Instant};

/// Maximum number of validation errors reported for one call.
const MAX_REPORTED_ERRORS: usize = 5;

/// A tool's contract is invalid; reported at startup.
#[derive(Debug, thiserror::Error)]
#[error("invalid contract of tool {name}: {detail}")]
pub struct InvalidToolContract {
    name: String,
    detail: String,
}

/// A tool with its compiled schema and the state of its limits.
#[derive(Debug)]
pub(super) struct RegisteredTool {
    pub implementation: Arc<dyn Tool>,
    pub needs_approval: bool,
    schema: jsonschema::Validator,
    semaphores: Mutex<HashMap<TenantId, Arc<Semaphore>>>,
    rate_windows: Mutex<HashMap<PrincipalId, rules::RateWindow>>,
}

impl RegisteredTool {
    pub(super) fn contract(&self) -> &ToolContract {
        self.implementation.contract()
    }

    /// Validates arguments against the schema. Reports at most [`MAX_REPORTED_ERRORS`] errors.
    pub(super) fn validation_errors(&self, arguments: &serde_json::Value) -> Vec<FieldFault> {
        let errors = self.schema.iter_errors(arguments).take(MAX_REPORTED_ERRORS);
        errors.map(|error| rules::name_root_field(validation::from_schema_error(&error))).collect()
    }

    /// Returns the semaphore that limits the tenant's concurrent calls of this tool.
    pub(super) fn concurrency_limit(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut semaphores = self.semaphores.lock();
        Arc::clone(
            semaphores
                .entry(tenant)
                .or_insert_with(|| Arc::new(Semaphore::new(self.contract().limits.concurrency))),
        )
    }

    /// Counts a call. Returns the seconds to wait when the principal has reached the limit per minute.
    pub(super) fn count_call(&self, principal: PrincipalId, now: Instant) -> Option<u64> {
        let mut rate_windows = self.rate_windows.lock();
        rate_windows.retain(|_, window| !window.is_expired(now));
        rate_windows
            .entry(principal)
            .or_insert_with(|| rules::RateWindow::new(now))
            .count(self.contract().limits.per_minute, now)
    }
}

/// All tools by name.
#[derive(Debug, Clone)]
pub struct ToolRegistry(Arc<BTreeMap<String, RegisteredTool>>);

impl ToolRegistry {
    /// Registers tools. `approval_required` names tools whose every call requires a user's approval.
    ///
    /// # Errors
    /// When a name or a schema is invalid, or two tools have the same name.
    pub fn new(
        tools: Vec<Arc<dyn Tool>>,
        approval_required: &HashSet<String>,
    ) -> Result<Self, InvalidToolContract> {
        let mut registry = BTreeMap::new();
        for tool in tools {
            let contract = tool.contract();
            let name = contract.name.to_owned();
            let invalid = |detail: String| InvalidToolContract { name: name.clone(), detail };
            if !rules::is_valid_name(&name) {
                return Err(invalid("the name does not match [a-zA-Z0-9_-]{1,64}".to_owned()));
            }
            let schema = jsonschema::draft202012::new(&contract.input_schema)
                .map_err(|error| invalid(error.to_string()))?;
            let needs_approval = rules::needs_approval(contract.effect) || approval_required.contains(&name);
            let registered = RegisteredTool {
                implementation: tool,
                needs_approval,
                schema,
                semaphores: Mutex::default(),
                rate_windows: Mutex::default(),
            };
            if registry.insert(name.clone(), registered).is_some() {
                return Err(InvalidToolContract { name, detail: "two tools have this name".to_owned() });
            }
        }
        Ok(Self(Arc::new(registry)))
    }

    pub(super) fn find(&self, name: &str) -> Option<&RegisteredTool> {
        self.0.get(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &RegisteredTool> {
        self.0.values()
    }
}
