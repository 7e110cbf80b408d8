//! The rooms' services, wired to each other: what every door calls.

use crate::{
    artifacts::Artifacts,
    audit::Sequencer,
    conversations::Conversations,
    dashboards::Dashboards,
    datasources::Datasources,
    foundation::Shared,
    identity::{self, Identity},
    jobs::{Jobs, Kind, Tidy},
    routing::Routing,
    tenants::Tenants,
    tools::{BadContract, Registry, Tool, Tools, builtin},
    turns::{Filters, Turns},
};
use std::{collections::HashSet, sync::Arc};

/// What an operator and the boot decide about the services.
#[derive(Debug)]
pub struct Setup {
    /// The models.
    pub routing: Routing,
    /// Tools beside those that come with PENNY.
    pub tools: Vec<Arc<dyn Tool>>,
    /// Names of tools whose every call a person must approve.
    pub approved_by_hand: HashSet<String>,
    /// What every call of a model passes through.
    pub filters: Filters,
    /// How many answers a person may have under way at once in one process.
    pub live_per_person: usize,
    /// How people sign in.
    pub identity: identity::Options,
    /// Kinds of jobs beside those that come with PENNY.
    pub jobs: Vec<Arc<dyn Kind>>,
}

impl Setup {
    /// Sets up nothing but models.
    #[must_use]
    pub fn with_models(routing: Routing) -> Self {
        Self {
            routing,
            tools: Vec::new(),
            approved_by_hand: HashSet::new(),
            filters: Filters::default(),
            live_per_person: 1_000,
            identity: identity::Options::default(),
            jobs: Vec::new(),
        }
    }
}

/// All services. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Services {
    /// What they stand on.
    pub shared: Shared,
    /// Companies.
    pub tenants: Tenants,
    /// People, sign-ins, tokens.
    pub identity: Identity,
    /// Conversations.
    pub conversations: Conversations,
    /// Turns.
    pub turns: Turns,
    /// Tools.
    pub tools: Tools,
    /// Artifacts.
    pub artifacts: Artifacts,
    /// Where data comes from.
    pub datasources: Datasources,
    /// Dashboards and key figures.
    pub dashboards: Dashboards,
    /// Models.
    pub routing: Routing,
    /// Work done later.
    pub jobs: Jobs,
}

impl Services {
    /// Wires the services.
    ///
    /// # Errors
    /// When a tool's contract is wrong.
    pub fn new(shared: Shared, setup: Setup) -> Result<Self, BadContract> {
        let conversations = Conversations::new(shared.clone());
        let artifacts = Artifacts::new(shared.clone());
        let datasources = Datasources::new(shared.clone());
        let dashboards = Dashboards::new(shared.clone(), datasources.clone());
        let mut all = builtin::all(&dashboards);
        all.extend(setup.tools);
        let registry = Registry::new(all, &setup.approved_by_hand)?;
        let tools = Tools::new(shared.clone(), registry, artifacts.clone());
        let turns = Turns::new(
            shared.clone(),
            conversations.clone(),
            tools.clone(),
            artifacts.clone(),
            setup.routing.clone(),
            setup.filters,
        )
        .with_live_per_person(setup.live_per_person);
        let identity = Identity::new(shared.clone()).with_options(setup.identity);
        let tidy = Tidy {
            shared: shared.clone(),
            conversations: conversations.clone(),
            artifacts: artifacts.clone(),
            identity: identity.clone(),
        };
        let mut kinds: Vec<Arc<dyn Kind>> = vec![Arc::new(tidy)];
        kinds.extend(setup.jobs);
        Ok(Self {
            tenants: Tenants::new(shared.clone()),
            jobs: Jobs::new(shared.clone(), kinds),
            identity,
            conversations,
            turns,
            tools,
            artifacts,
            datasources,
            dashboards,
            routing: setup.routing,
            shared,
        })
    }

    /// Starts the work that goes on beside the requests.
    pub fn start(&self) {
        self.turns.start();
        self.shared.tasks.spawn(self.jobs.clone().run());
        self.shared.tasks.spawn(self.routing.clone().keep_asking(self.shared.tasks.stopping()));
        self.shared.tasks.spawn(Sequencer::new(self.shared.clone()).run());
    }
}
