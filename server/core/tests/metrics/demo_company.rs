//! The demo company in its own database, with a fixed clock.

use chrono::{DateTime, Utc};
use penny_analytics::{DataFusionEngine, EngineLimits};
use penny_core::{Services, demo, routing::Routing, services::ServicesConfig};
use penny_entity::tenant;
use penny_kernel::{
    Kernel,
    access::{Access, Action},
    ctx::{Ctx, SystemPorts, testing::TestCtx},
    tasks::Tasks,
};
use penny_ports::system::Clock;
use penny_testkit::{
    databases::{TestDb, sqlite},
    doubles::{FixedKeyring, MemoryBlobStore},
};
use penny_types::{Locale, people::Role};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use std::sync::Arc;

#[derive(Debug)]
struct FixedClock(DateTime<Utc>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// The actions of an operator that installs the demo.
const OPERATOR_ACTIONS: &[Action] = &[Action::TenantConfigure, Action::DatasourceEdit, Action::DashboardEdit];

/// A tenant with the demo company and a viewer.
pub struct DemoCompany {
    pub services: Services,
    pub blobs: Arc<MemoryBlobStore>,
    pub system: Ctx,
    pub alice: Ctx,
    database: TestDb,
}

impl DemoCompany {
    /// Seeds the demo at noon UTC of a day.
    pub async fn on(day: &str) -> Self {
        Self::at(&format!("{day}T12:00:00Z"), "UTC").await
    }

    /// Seeds the demo at a moment, for a tenant in a time zone.
    pub async fn at(now: &str, time_zone: &str) -> Self {
        Self::seeded(sqlite().await, now, time_zone).await
    }

    /// Seeds the demo in a database.
    pub async fn seeded(database: TestDb, now: &str, time_zone: &str) -> Self {
        let blobs = Arc::new(MemoryBlobStore::default());
        let clock = Arc::new(FixedClock(now.parse().unwrap()));
        let ports = SystemPorts { clock, ..database.system.clone() };
        let kernel = Arc::new(Kernel {
            db: database.db.clone(),
            bus: database.bus.clone(),
            blobs: blobs.clone(),
            analytics: Arc::new(DataFusionEngine::start(EngineLimits::default()).unwrap()),
            keyring: Arc::new(FixedKeyring),
            access: Access::new().unwrap(),
            system: ports.clone(),
            tasks: Tasks::default(),
        });
        let services = Services::new(
            kernel,
            ServicesConfig::with_models(Routing::new(Vec::new(), Some("none".to_owned()))),
        )
        .unwrap();
        let system = Ctx::system(ports.new_id(), ports, OPERATOR_ACTIONS);
        tenant(&database, &system, "acme", time_zone).await;
        demo::seed(&services, &system).await.unwrap();
        let alice = user(&system, Role::Viewer);
        Self { services, blobs, system, alice, database }
    }

    /// Creates another, empty tenant and returns its system context.
    pub async fn other_tenant(&self) -> Ctx {
        let system = Ctx::system(self.system.new_id(), self.system.system_ports().clone(), OPERATOR_ACTIONS);
        tenant(&self.database, &system, "globex", "UTC").await;
        system
    }
}

/// Returns the context of a new user with a role in the context's tenant.
pub fn user(ctx: &Ctx, role: Role) -> Ctx {
    user_with_roles(ctx, &[role])
}

/// Returns the context of a new user with roles in the context's tenant.
pub fn user_with_roles(ctx: &Ctx, roles: &[Role]) -> Ctx {
    TestCtx::new(ctx.tenant(), ctx.new_id(), ctx.system_ports().clone()).roles(roles).build()
}

/// Returns the context with the Spanish locale.
pub fn in_spanish(ctx: &Ctx) -> Ctx {
    ctx.clone().with_locale(Locale::Es)
}

async fn tenant(database: &TestDb, ctx: &Ctx, slug: &str, time_zone: &str) {
    let tx = database.db.begin(ctx).await.unwrap();
    let row = tenant::ActiveModel {
        id: Set(ctx.tenant()),
        slug: Set(slug.to_owned()),
        name: Set(slug.to_owned()),
        is_default: Set(false),
        locale: Set(Locale::En),
        time_zone: Set(time_zone.to_owned()),
        currency: Set("EUR".to_owned()),
        policy_version: Set(1),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
    };
    row.insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
}
