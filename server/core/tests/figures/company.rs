//! The demo company in a database of its own, on a day of the test's choosing.

use chrono::{DateTime, Utc};
use penny_analytics::{DataFusionEngine, Limits};
use penny_core::{
    Foundation, Services,
    access::Access,
    ctx::{Ctx, Grants, World},
    demo,
    routing::Routing,
    services::Setup,
    tasks::Tasks,
};
use penny_entity::tenant;
use penny_ports::world::Clock;
use penny_testkit::{
    databases::{TestDb, sqlite},
    doubles::{FixedKeys, MemoryBlobs},
};
use penny_types::{Locale, people::Role};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use std::sync::Arc;

/// A clock that stands still.
#[derive(Debug)]
struct Stopped(DateTime<Utc>);

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// A tenant with the demo company, and a viewer in it.
pub struct Company {
    pub services: Services,
    pub shelf: Arc<MemoryBlobs>,
    pub system: Ctx,
    pub alice: Ctx,
    database: TestDb,
}

impl Company {
    /// Seeds the demo at noon of a day, UTC.
    pub async fn on(day: &str) -> Self {
        Self::at(&format!("{day}T12:00:00Z"), "UTC").await
    }

    /// Seeds the demo at a moment, for a tenant in a time zone.
    pub async fn at(now: &str, time_zone: &str) -> Self {
        Self::seeded(sqlite().await, now, time_zone).await
    }

    /// Seeds the demo in a database.
    pub async fn seeded(database: TestDb, now: &str, time_zone: &str) -> Self {
        let shelf = Arc::new(MemoryBlobs::default());
        let clock = Arc::new(Stopped(now.parse().unwrap()));
        let world = World { clock, ..database.world.clone() };
        let shared = Arc::new(Foundation {
            db: database.db.clone(),
            bus: database.bus.clone(),
            blobs: shelf.clone(),
            engine: Arc::new(DataFusionEngine::start(Limits::default()).unwrap()),
            keyring: Arc::new(FixedKeys),
            access: Access::new().unwrap(),
            world: world.clone(),
            tasks: Tasks::default(),
        });
        let services =
            Services::new(shared, Setup::with_models(Routing::new(Vec::new(), Some("none".to_owned()))))
                .unwrap();
        let system = Ctx::system(world.mint(), world);
        tenant(&database, &system, "acme", time_zone).await;
        demo::seed(&services, &system).await.unwrap();
        let alice = person(&system, Role::Viewer);
        Self { services, shelf, system, alice, database }
    }

    /// Makes another tenant, with nothing in it.
    pub async fn neighbour(&self) -> Ctx {
        let system = Ctx::system(self.system.mint(), self.system.world.clone());
        tenant(&self.database, &system, "globex", "UTC").await;
        system
    }
}

/// Makes somebody with a role in the context's tenant.
pub fn person(ctx: &Ctx, role: Role) -> Ctx {
    let mut person = ctx.clone();
    person.actor.id = ctx.mint();
    person.actor.kind = penny_types::people::PrincipalKind::User;
    person.grants = Arc::new(Grants { roles: vec![role], ..Grants::default() });
    person
}

/// Makes the same person read Spanish.
pub fn in_spanish(ctx: &Ctx) -> Ctx {
    Ctx { locale: Locale::Es, ..ctx.clone() }
}

async fn tenant(database: &TestDb, ctx: &Ctx, slug: &str, time_zone: &str) {
    let tx = database.db.begin(ctx).await.unwrap();
    let row = tenant::ActiveModel {
        id: Set(ctx.tenant),
        slug: Set(slug.to_owned()),
        name: Set(slug.to_owned()),
        is_default: Set(false),
        locale: Set(Locale::En),
        time_zone: Set(time_zone.to_owned()),
        currency: Set("EUR".to_owned()),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
    };
    row.insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
}
