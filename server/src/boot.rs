//! Puts PENNY together: the one place that names concrete parts.

use crate::{
    config::Config,
    sign_in::openid::{Provider, Providers},
    web::{AppState, site::Site},
};
use anyhow::{Context, Result};
use penny_adapters::{
    blobs::FolderStore,
    bus::InProcessBus,
    keys::FileKeyring,
    world::{OsEntropy, SystemClock, UuidV7Ids},
};
use penny_analytics::{DataFusionEngine, Limits};
use penny_core::{
    Foundation, Services, Setup, Shared,
    access::Access,
    ctx::{Ctx, World},
    db::{Db, DbOptions},
    identity,
    routing::Routing,
    tasks::Tasks,
    tenants::NewTenant,
    tools::Tool,
};
use penny_net::{ClientFactory, Policy};
use penny_ports::{bus::EventBus, models::ModelProvider};
use penny_types::TenantId;
use secrecy::ExposeSecret;
use std::{path::Path, sync::Arc};

mod models;

/// The short name of the first tenant.
pub const FIRST_TENANT: &str = "default";
/// What it is called until somebody names it.
const UNNAMED: &str = "PENNY";
/// The company the demo is about.
const DEMO_COMPANY: &str = "Lumen & Pine";

/// What comes from outside the program; a test brings its own.
#[derive(Debug, Clone)]
pub struct Outside {
    /// Time, identity and chance.
    pub world: World,
    /// The way to the network.
    pub clients: ClientFactory,
    /// Models to use instead of those the configuration names.
    pub models: Option<Vec<Arc<dyn ModelProvider>>>,
    /// Tools beside those that come with PENNY.
    pub tools: Vec<Arc<dyn Tool>>,
}

impl Default for Outside {
    fn default() -> Self {
        let world =
            World { clock: Arc::new(SystemClock), ids: Arc::new(UuidV7Ids), entropy: Arc::new(OsEntropy) };
        Self { world, clients: ClientFactory::new(Policy::default()), models: None, tools: Vec::new() }
    }
}

/// Opens everything and brings the database up to date. Serves nothing yet.
///
/// # Errors
/// When a part cannot be had; in words for the operator.
pub async fn open(config: Config, outside: Outside) -> Result<AppState> {
    let shared = foundation(&config, &outside).await?;
    let applied = shared.db.migrate().await.context("the database could not be brought up to date")?;
    if applied > 0 {
        tracing::info!(migrations = applied, "the database was brought up to date");
    }
    let services = services(&config, &outside, shared.clone()).await?;
    prepare(&services, &config).await?;
    let openid = providers(&services, &config, &outside).await?;
    let services = Arc::new(services);
    Ok(AppState {
        foundation: shared,
        world: outside.world,
        schema: penny_graphql::schema(Arc::clone(&services)),
        site: Arc::new(Site::new(config.http.site_dir.clone())),
        openid: Arc::new(openid),
        strangers: Default::default(),
        readiness: Default::default(),
        services,
        config: Arc::new(config),
    })
}

/// Opens what the rooms stand on.
async fn foundation(config: &Config, outside: &Outside) -> Result<Shared> {
    let dir = &config.data.dir;
    make_private_folder(dir).with_context(|| format!("the data folder {} cannot be made", dir.display()))?;
    let bus: Arc<dyn EventBus> = Arc::new(InProcessBus::new());
    let url = config.database.url_in(&config.data);
    let mut options = DbOptions::new(url.expose_secret());
    options.max_connections = config.database.max_connections;
    let kind = config.database.kind();
    let db =
        Db::connect(&options, Arc::clone(&bus)).await.with_context(|| format!("{kind} cannot be opened"))?;
    let keyring = FileKeyring::open(&config.data.key_file(), &*outside.world.entropy)?;
    Ok(Arc::new(Foundation {
        db,
        bus,
        blobs: Arc::new(FolderStore::new(dir.join("blobs"))),
        engine: Arc::new(
            DataFusionEngine::start(Limits::default()).context("the analytics engine cannot start")?,
        ),
        keyring: Arc::new(keyring),
        access: Access::new()?,
        world: outside.world.clone(),
        tasks: Tasks::default(),
    }))
}

/// Makes a folder only its owner can enter.
fn make_private_folder(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

async fn services(config: &Config, outside: &Outside, shared: Shared) -> Result<Services> {
    let routing = match &outside.models {
        Some(given) => {
            let first = || given.first().map(|provider| format!("{}/default", provider.name()));
            Routing::new(given.clone(), config.models.default.clone().or_else(first))
        }
        None => models::routing(&config.models, outside).await?,
    };
    let mut setup = Setup::with_models(routing);
    setup.live_per_person = config.models.live_per_person;
    setup.tools.clone_from(&outside.tools);
    setup.approved_by_hand.clone_from(&config.tools.approve);
    setup.identity = identity::Options { passwords_enabled: config.auth.password_enabled };
    Ok(Services::new(shared, setup)?)
}

/// Sees that there is a first tenant and, where the operator named one, its administrator.
async fn prepare(services: &Services, config: &Config) -> Result<()> {
    let ctx = Ctx::system(first_tenant(services).await?, services.shared.world.clone());
    if let Some(email) = &config.bootstrap.email {
        let secret = config.bootstrap.password.as_ref();
        let done = services.identity.bootstrap(&ctx, email, secret).await;
        done.with_context(|| format!("{email} could not be made an administrator"))?;
    }
    Ok(())
}

/// Finds the default tenant, or makes it.
async fn first_tenant(services: &Services) -> Result<TenantId> {
    use penny_core::tenants::Error;
    let world = &services.shared.world;
    match services.tenants.default(world).await {
        Ok(tenant) => return Ok(tenant),
        Err(Error::NoDefault) => {}
        Err(error) => return Err(error.into()),
    }
    let new = NewTenant { is_default: true, ..NewTenant::named(FIRST_TENANT, UNNAMED) };
    match services.tenants.create(world, new).await {
        Ok(tenant) => Ok(tenant),
        // Another process was quicker.
        Err(Error::Taken(_)) => Ok(services.tenants.default(world).await?),
        Err(error) => Err(error.into()),
    }
}

/// Makes the OpenID Connect providers, each for its tenant.
async fn providers(services: &Services, config: &Config, outside: &Outside) -> Result<Providers> {
    let mut made = Vec::new();
    for (slug, settings) in &config.auth.oidc {
        let tenant = match &settings.tenant {
            None => services.tenants.default(&outside.world).await?,
            Some(tenant) => services
                .tenants
                .find_by_slug(tenant)
                .await
                .with_context(|| format!("auth.oidc.{slug}.tenant names {tenant}, which is no tenant"))?,
        };
        let provider = Provider::new(slug, settings, tenant, &outside.clients);
        made.push(provider.with_context(|| format!("auth.oidc.{slug} cannot be used"))?);
    }
    Ok(Providers::new(made))
}

/// Installs the demo company where the operator wants it and there is nothing yet.
///
/// # Errors
/// When it cannot be written.
pub async fn seed(state: &AppState) -> Result<()> {
    if !state.config.demo.enabled {
        return Ok(());
    }
    let tenant = state.services.tenants.default(&state.world).await?;
    let ctx = Ctx::system(tenant, state.world.clone());
    if install_demo(state, &ctx).await? {
        tracing::info!("the demo company is installed; with demo.enabled = false PENNY starts without it");
    }
    Ok(())
}

/// Installs the demo company in a tenant without dashboards; says whether it did.
///
/// # Errors
/// When it cannot be written.
pub async fn install_demo(state: &AppState, ctx: &Ctx) -> Result<bool> {
    let services = &state.services;
    if !services.dashboards.list(ctx).await.context("the dashboards cannot be read")?.is_empty() {
        return Ok(false);
    }
    penny_core::demo::seed(services, ctx).await.context("the demo company cannot be installed")?;
    // A tenant nobody named yet is called what its data is about.
    if services.tenants.brand(ctx.tenant).await?.company_name == UNNAMED {
        services.tenants.rename(ctx, DEMO_COMPANY).await?;
    }
    Ok(true)
}
