//! Construction and wiring of the domain services.

use crate::{
    artifacts::Artifacts,
    cleanup::{CleanupHandler, CleanupJob},
    conversations::Conversations,
    dashboards::Dashboards,
    datasources::Datasources,
    identity::{self, Identity},
    permissions::Permissions,
    routing::Routing,
    sharing::Sharing,
    tenants::Tenants,
    tools::{InvalidToolContract, Tool, ToolRegistry, Tools, builtin},
    turns::{ContentFilters, Turns},
};
use penny_kernel::{
    SharedKernel,
    audit::Sequencer,
    jobs::{JobRegistry, Jobs},
};
use std::{collections::HashSet, sync::Arc};

/// Dependencies and options of the services.
#[derive(Debug)]
pub struct ServicesConfig {
    pub routing: Routing,
    /// Tools in addition to the built-in ones.
    pub tools: Vec<Arc<dyn Tool>>,
    /// Names of tools whose every call requires a user's approval.
    pub approval_required: HashSet<String>,
    /// Applied to every model call.
    pub filters: ContentFilters,
    /// Maximum number of running turns per user in one process.
    pub max_live_turns_per_user: usize,
    pub identity: identity::IdentityOptions,
    /// Jobs in addition to the built-in ones.
    pub jobs: JobRegistry,
}

impl ServicesConfig {
    /// Creates a configuration with defaults for everything but the models.
    #[must_use]
    pub fn with_models(routing: Routing) -> Self {
        Self {
            routing,
            tools: Vec::new(),
            approval_required: HashSet::new(),
            filters: ContentFilters::default(),
            max_live_turns_per_user: 1_000,
            identity: identity::IdentityOptions::default(),
            jobs: JobRegistry::default(),
        }
    }
}

/// All domain services. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Services {
    pub kernel: SharedKernel,
    pub tenants: Tenants,
    pub identity: Identity,
    pub conversations: Conversations,
    pub turns: Turns,
    pub tools: Tools,
    pub artifacts: Artifacts,
    pub datasources: Datasources,
    pub dashboards: Dashboards,
    pub routing: Routing,
    pub jobs: Jobs,
    pub permissions: Permissions,
    pub sharing: Sharing,
}

impl Services {
    /// Creates the services.
    ///
    /// # Errors
    /// When a tool's contract is invalid.
    pub fn new(kernel: SharedKernel, config: ServicesConfig) -> Result<Self, InvalidToolContract> {
        let conversations = Conversations::new(kernel.clone());
        let artifacts = Artifacts::new(kernel.clone());
        let datasources = Datasources::new(kernel.clone());
        let dashboards = Dashboards::new(kernel.clone(), datasources.clone());
        let mut tools = builtin::tools(&dashboards);
        tools.extend(config.tools);
        let registry = ToolRegistry::new(tools, &config.approval_required)?;
        let tools = Tools::new(kernel.clone(), registry, artifacts.clone());
        let turns = Turns::new(
            kernel.clone(),
            conversations.clone(),
            tools.clone(),
            artifacts.clone(),
            config.routing.clone(),
            config.filters,
        )
        .with_max_live_turns_per_user(config.max_live_turns_per_user);
        let identity = Identity::new(kernel.clone()).with_options(config.identity);
        let cleanup = CleanupHandler {
            kernel: kernel.clone(),
            conversations: conversations.clone(),
            artifacts: artifacts.clone(),
            identity: identity.clone(),
        };
        let jobs = JobRegistry::default().with::<CleanupJob>(cleanup).merge(config.jobs);
        Ok(Self {
            tenants: Tenants::new(kernel.clone()),
            jobs: Jobs::new(kernel.clone(), jobs),
            permissions: Permissions::new(kernel.clone()),
            sharing: Sharing::new(kernel.clone(), conversations.clone(), artifacts.clone()),
            identity,
            conversations,
            turns,
            tools,
            artifacts,
            datasources,
            dashboards,
            routing: config.routing,
            kernel,
        })
    }

    /// Starts the background tasks.
    pub fn start(&self) {
        self.turns.start();
        self.kernel.tasks.spawn(self.jobs.clone().run());
        self.kernel.tasks.spawn(self.routing.clone().refresh_until_listed(self.kernel.tasks.stopping()));
        self.kernel.tasks.spawn(Sequencer::new(self.kernel.clone()).run());
    }
}
