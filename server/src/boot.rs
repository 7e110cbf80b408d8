//! The composition root: selects the implementations of all ports and builds the services.

use crate::{
    config::Config,
    sign_in::openid::{OpenIdProvider, OpenIdProviders},
    web::{AppState, site::Site},
};
use anyhow::{Context, Result};
use penny_adapters::{
    blobs::FileBlobStore,
    bus::InProcessBus,
    keys::FileKeyring,
    system::{OsRandom, SystemClock, UuidV7Generator},
};
use penny_analytics::{DataFusionEngine, EngineLimits};
use penny_core::{Services, ServicesConfig, identity, routing::Routing, tenants::NewTenant, tools::Tool};
use penny_kernel::{
    Kernel, SharedKernel,
    access::{Access, Action},
    ctx::{Ctx, SystemPorts},
    db::{Db, DbOptions},
    tasks::Tasks,
};
use penny_net::{ClientFactory, EgressPolicy};
use penny_ports::{bus::EventBus, models::ModelProvider};
use penny_types::TenantId;
use secrecy::ExposeSecret;
use std::{path::Path, sync::Arc};

mod models;

/// The slug of the tenant that is created in an empty installation.
pub const DEFAULT_TENANT_SLUG: &str = "default";
/// The default tenant's initial name.
const INITIAL_TENANT_NAME: &str = "PENNY";
const DEMO_COMPANY_NAME: &str = "Lumen & Pine";

/// Injected dependencies; tests replace them.
#[derive(Debug, Clone)]
pub struct BootDeps {
    /// Clock, id generator and random source.
    pub system: SystemPorts,
    pub clients: ClientFactory,
    /// Replaces the configured model providers when present.
    pub models: Option<Vec<Arc<dyn ModelProvider>>>,
    /// Tools in addition to the built-in ones.
    pub tools: Vec<Arc<dyn Tool>>,
}

impl Default for BootDeps {
    fn default() -> Self {
        let system = SystemPorts {
            clock: Arc::new(SystemClock),
            ids: Arc::new(UuidV7Generator),
            random: Arc::new(OsRandom),
        };
        Self { system, clients: ClientFactory::new(EgressPolicy::default()), models: None, tools: Vec::new() }
    }
}

/// Opens the data folder and the database, applies pending migrations, ensures the default tenant and
/// its configured administrator, and builds the services. Does not listen yet.
///
/// # Errors
/// Returns a message for the operator if a component cannot be opened.
pub async fn open(config: Config, deps: BootDeps) -> Result<AppState> {
    let kernel = open_kernel(&config, &deps).await?;
    let applied = kernel.db.migrate().await.context("the database could not be migrated")?;
    if applied > 0 {
        tracing::info!(migrations = applied, "applied database migrations");
    }
    let services = services(&config, &deps, kernel.clone()).await?;
    bootstrap(&services, &config).await?;
    let openid = openid_providers(&services, &config, &deps).await?;
    let services = Arc::new(services);
    Ok(AppState {
        kernel,
        system: deps.system,
        schema: penny_graphql::schema(Arc::clone(&services)),
        site: Arc::new(Site::new(config.http.site_dir.clone())),
        openid: Arc::new(openid),
        anonymous_sockets: Default::default(),
        readiness: Default::default(),
        services,
        config: Arc::new(config),
    })
}

async fn open_kernel(config: &Config, deps: &BootDeps) -> Result<SharedKernel> {
    let dir = &config.data.dir;
    create_private_dir(dir)
        .with_context(|| format!("the data folder {} cannot be created", dir.display()))?;
    let bus: Arc<dyn EventBus> = Arc::new(InProcessBus::new());
    let url = config.database.url_or_default(&config.data);
    let mut options = DbOptions::new(url.expose_secret());
    options.max_connections = config.database.max_connections;
    let kind = config.database.kind();
    let db = Db::connect(&options, Arc::clone(&bus))
        .await
        .with_context(|| format!("the {kind} database cannot be opened"))?;
    let keyring = FileKeyring::open(&config.data.key_file(), &*deps.system.random)?;
    Ok(Arc::new(Kernel {
        db,
        bus,
        blobs: Arc::new(FileBlobStore::new(dir.join("blobs"))),
        analytics: Arc::new(
            DataFusionEngine::start(EngineLimits::default()).context("the analytics engine cannot start")?,
        ),
        keyring: Arc::new(keyring),
        access: Access::new()?,
        system: deps.system.clone(),
        tasks: Tasks::default(),
    }))
}

/// Creates a folder and its parents with mode 0700.
fn create_private_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

async fn services(config: &Config, deps: &BootDeps, kernel: SharedKernel) -> Result<Services> {
    let routing = match &deps.models {
        Some(providers) => {
            let first = || providers.first().map(|provider| format!("{}/default", provider.name()));
            Routing::new(providers.clone(), config.models.default.clone().or_else(first))
        }
        None => models::routing(&config.models, deps).await?,
    };
    let mut setup = ServicesConfig::with_models(routing);
    setup.max_live_turns_per_user = config.models.live_per_person;
    setup.tools.clone_from(&deps.tools);
    setup.approval_required.clone_from(&config.tools.approve);
    setup.identity = identity::IdentityOptions { passwords_enabled: config.auth.password_enabled };
    Ok(Services::new(kernel, setup)?)
}

/// What the operator may do from the configuration and the command line.
pub(crate) const OPERATOR_ACTIONS: &[Action] =
    &[Action::TenantConfigure, Action::AccessManage, Action::DashboardEdit, Action::DatasourceEdit];

/// Ensures that the default tenant and, if configured, its administrator exist.
async fn bootstrap(services: &Services, config: &Config) -> Result<()> {
    let ctx =
        Ctx::system(ensure_default_tenant(services).await?, services.kernel.system.clone(), OPERATOR_ACTIONS);
    if let Some(email) = &config.bootstrap.email {
        let password = config.bootstrap.password.as_ref();
        let result = services.identity.bootstrap(&ctx, email, password).await;
        result.with_context(|| format!("{email} could not be made an administrator"))?;
    }
    Ok(())
}

/// Returns the default tenant; creates it if there is none.
async fn ensure_default_tenant(services: &Services) -> Result<TenantId> {
    use penny_core::tenants::TenantError;
    let system = &services.kernel.system;
    match services.tenants.default_tenant(system).await {
        Ok(tenant) => return Ok(tenant),
        Err(TenantError::NoDefault) => {}
        Err(error) => return Err(error.into()),
    }
    let new =
        NewTenant { is_default: true, ..NewTenant::with_defaults(DEFAULT_TENANT_SLUG, INITIAL_TENANT_NAME) };
    match services.tenants.create(system, new).await {
        Ok(tenant) => Ok(tenant),
        // Another process created it in the meantime.
        Err(TenantError::Taken(_)) => Ok(services.tenants.default_tenant(system).await?),
        Err(error) => Err(error.into()),
    }
}

/// Builds the configured OpenID Connect providers.
async fn openid_providers(services: &Services, config: &Config, deps: &BootDeps) -> Result<OpenIdProviders> {
    let mut providers = Vec::new();
    for (slug, settings) in &config.auth.oidc {
        let tenant = match &settings.tenant {
            None => services.tenants.default_tenant(&deps.system).await?,
            Some(tenant) => services
                .tenants
                .get_by_slug(tenant)
                .await
                .with_context(|| format!("auth.oidc.{slug}.tenant names the unknown tenant {tenant}"))?,
        };
        let provider = OpenIdProvider::new(slug, settings, tenant, &deps.clients);
        providers.push(provider.with_context(|| format!("auth.oidc.{slug} cannot be used"))?);
    }
    Ok(OpenIdProviders::new(providers))
}

/// Installs the demo company in the default tenant if `demo.enabled` is set and the tenant is empty.
///
/// # Errors
/// Returns an error if the data cannot be written.
pub async fn seed(state: &AppState) -> Result<()> {
    if !state.config.demo.enabled {
        return Ok(());
    }
    let tenant = state.services.tenants.default_tenant(&state.system).await?;
    let ctx = Ctx::system(tenant, state.system.clone(), OPERATOR_ACTIONS);
    if install_demo(state, &ctx).await? {
        tracing::info!("installed the demo company; set demo.enabled = false to start without it");
    }
    Ok(())
}

/// Installs the demo company in a tenant that has no dashboards. Returns whether it was installed.
///
/// # Errors
/// Returns an error if the data cannot be written.
pub async fn install_demo(state: &AppState, ctx: &Ctx) -> Result<bool> {
    let services = &state.services;
    if !services.dashboards.list(ctx).await.context("the dashboards cannot be read")?.is_empty() {
        return Ok(false);
    }
    penny_core::demo::seed(services, ctx).await.context("the demo company cannot be installed")?;
    // A tenant that still has its initial name is named after the demo company.
    if services.tenants.brand(ctx.tenant()).await?.company_name == INITIAL_TENANT_NAME {
        services.tenants.rename(ctx, DEMO_COMPANY_NAME).await?;
    }
    Ok(true)
}
