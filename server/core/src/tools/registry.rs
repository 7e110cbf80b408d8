//! The tools there are, each with its compiled schema and its caps.

use super::{Tool, ToolContract, rules};
use crate::misfit;
use parking_lot::Mutex;
use penny_types::{FieldFault, PrincipalId, TenantId};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use tokio::{sync::Semaphore, time::Instant};

/// How many things that are wrong with one call's arguments are told.
const TOLD_MAX: usize = 5;

/// Says that a tool's contract is wrong; found at boot.
#[derive(Debug, thiserror::Error)]
#[error("the contract of tool {name} is wrong: {detail}")]
pub struct BadContract {
    name: String,
    detail: String,
}

/// A tool with what is needed to call it safely.
#[derive(Debug)]
pub(super) struct Entry {
    pub tool: Arc<dyn Tool>,
    pub needs_approval: bool,
    schema: jsonschema::Validator,
    running: Mutex<HashMap<TenantId, Arc<Semaphore>>>,
    recent: Mutex<HashMap<PrincipalId, rules::Window>>,
}

impl Entry {
    pub(super) fn contract(&self) -> &ToolContract {
        self.tool.contract()
    }

    /// Says what is wrong with the arguments, a few things at most; nothing when they are right.
    pub(super) fn misfits(&self, arguments: &serde_json::Value) -> Vec<FieldFault> {
        let found = self.schema.iter_errors(arguments).take(TOLD_MAX);
        found.map(|error| rules::named(misfit::of_schema(&error))).collect()
    }

    /// Returns the tenant's places for this tool.
    pub(super) fn places(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut running = self.running.lock();
        Arc::clone(
            running
                .entry(tenant)
                .or_insert_with(|| Arc::new(Semaphore::new(self.contract().caps.concurrency))),
        )
    }

    /// Counts a call; returns the seconds to wait when the person has used up this minute's.
    pub(super) fn count(&self, who: PrincipalId, now: Instant) -> Option<u64> {
        let mut recent = self.recent.lock();
        recent.retain(|_, window| !window.is_over(now));
        recent
            .entry(who)
            .or_insert_with(|| rules::Window::starting(now))
            .count(self.contract().caps.per_minute, now)
    }
}

/// All tools by name.
#[derive(Debug, Clone)]
pub struct Registry(Arc<BTreeMap<String, Entry>>);

impl Registry {
    /// Registers tools; `approved_by_hand` names those whose every call a person must approve.
    ///
    /// # Errors
    /// When a name or a schema is wrong, or two tools share a name.
    pub fn new(tools: Vec<Arc<dyn Tool>>, approved_by_hand: &HashSet<String>) -> Result<Self, BadContract> {
        let mut entries = BTreeMap::new();
        for tool in tools {
            let contract = tool.contract();
            let name = contract.name.to_owned();
            let wrong = |detail: String| BadContract { name: name.clone(), detail };
            if !rules::is_name(&name) {
                return Err(wrong("the name does not match [a-zA-Z0-9_-]{1,64}".to_owned()));
            }
            let schema = jsonschema::draft202012::new(&contract.input_schema)
                .map_err(|error| wrong(error.to_string()))?;
            let needs_approval = rules::needs_approval(contract.effect) || approved_by_hand.contains(&name);
            let entry =
                Entry { tool, needs_approval, schema, running: Mutex::default(), recent: Mutex::default() };
            if entries.insert(name.clone(), entry).is_some() {
                return Err(BadContract { name, detail: "two tools have this name".to_owned() });
            }
        }
        Ok(Self(Arc::new(entries)))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.0.get(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.values()
    }
}
