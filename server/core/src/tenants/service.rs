//! The room's service.

use super::{
    error::{Error, Result},
    rules::{self, NewTenant},
    store,
};
use crate::{
    Shared,
    access::{Action, Resource},
    audit::{self, Record},
    ctx::{Ctx, World},
    themes::{self, NewTheme},
};
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use penny_types::{TenantId, tenants::BrandView};
use sea_orm::EntityTrait;
use std::{collections::HashMap, hash::Hash, sync::Arc};

/// How long an answer is kept: another process may claim a host or change a look.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// The most answers kept: hosts come from strangers.
const MOST: usize = 1000;

/// Companies, their hosts and their look.
#[derive(Debug, Clone)]
pub struct Tenants {
    shared: Shared,
    hosts: Recent<String, TenantId>,
    brands: Recent<TenantId, BrandView>,
}

impl Tenants {
    /// Makes the room.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self { shared, hosts: Recent::default(), brands: Recent::default() }
    }

    /// Finds the tenant a host means: the one that claims it, else the default one.
    ///
    /// # Errors
    /// When there is no default tenant yet, or the database fails.
    pub async fn resolve_host(&self, world: &World, host: &str) -> Result<TenantId> {
        let Some(host) = rules::host_name(host) else {
            return self.default(world).await;
        };
        let now = world.now();
        if let Some(tenant) = self.hosts.get(&host, now) {
            return Ok(tenant);
        }
        let claimed = {
            let tx = self.shared.db.lookup().await?;
            store::by_host(&tx, &host).await?
        };
        let tenant = match claimed {
            Some(tenant) => tenant,
            None => self.default(world).await?,
        };
        self.hosts.put(host, tenant, now);
        Ok(tenant)
    }

    /// Returns the tenant that hosts without a claim mean.
    ///
    /// # Errors
    /// When there is none yet, or the database fails.
    pub async fn default(&self, world: &World) -> Result<TenantId> {
        // No name is empty, so the empty one stands for what no name means.
        let (key, now) = (String::new(), world.now());
        if let Some(tenant) = self.hosts.get(&key, now) {
            return Ok(tenant);
        }
        let tx = self.shared.db.lookup().await?;
        let tenant = store::default(&tx).await?.ok_or(Error::NoDefault)?;
        self.hosts.put(key, tenant, now);
        Ok(tenant)
    }

    /// Finds a tenant by its short name; for operators and configuration.
    ///
    /// # Errors
    /// When there is none.
    pub async fn find_by_slug(&self, slug: &str) -> Result<TenantId> {
        let tx = self.shared.db.lookup().await?;
        store::by_slug(&tx, slug).await?.ok_or(Error::NotFound)
    }

    /// Returns a tenant's look.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn brand(&self, tenant: TenantId) -> Result<BrandView> {
        let world = &self.shared.world;
        if let Some(brand) = self.brands.get(&tenant, world.now()) {
            return Ok(brand);
        }
        let tx = self.shared.db.read(&Ctx::system(tenant, world.clone())).await?;
        let brand = themes::brand_in(&tx, tenant).await?;
        self.brands.put(tenant, brand.clone(), world.now());
        Ok(brand)
    }

    /// Makes a company, with its hosts and its look. Only the operator of the installation does.
    ///
    /// # Errors
    /// When a name is wrong or taken.
    pub async fn create(&self, world: &World, new: NewTenant) -> Result<TenantId> {
        let new = rules::checked(new)?;
        let look = new.theme.as_ref().map(themes::check).transpose()?;
        {
            let tx = self.shared.db.lookup().await?;
            if store::by_slug(&tx, &new.slug).await?.is_some() {
                return Err(Error::Taken("slug"));
            }
            for host in &new.hosts {
                if store::by_host(&tx, host).await?.is_some() {
                    return Err(Error::Taken("host"));
                }
            }
        }
        let ctx = Ctx::system(world.mint(), world.clone());
        let tx = self.shared.db.begin(&ctx).await?;
        store::insert(&tx, &ctx, &new).await.map_err(taken)?;
        if let Some(look) = look {
            themes::save(&tx, ctx.tenant, look, ctx.now()).await?;
        }
        audit::record(&tx, &ctx, Record::of("tenants.create", "tenant").target(ctx.tenant)).await?;
        tx.commit().await.map_err(taken)?;
        self.hosts.clear();
        Ok(ctx.tenant)
    }

    /// Changes the tenant's look.
    ///
    /// # Errors
    /// When the actor does not run the tenant, or the look breaks a rule.
    pub async fn set_theme(&self, ctx: &Ctx, theme: &NewTheme) -> Result<BrandView> {
        let permit = self.shared.access.check(ctx, Action::TenantConfigure, &Resource::Tenant)?;
        let look = themes::check(theme)?;
        let tx = self.shared.db.begin(ctx).await?;
        themes::save(&tx, ctx.tenant, look, ctx.now()).await?;
        let record = Record::of("tenants.set_theme", "tenant").target(ctx.tenant).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        self.brands.clear();
        self.brand(ctx.tenant).await
    }

    /// Changes the tenant's name.
    ///
    /// # Errors
    /// When the actor does not run the tenant, or the name breaks a rule.
    pub async fn rename(&self, ctx: &Ctx, name: &str) -> Result<()> {
        let permit = self.shared.access.check(ctx, Action::TenantConfigure, &Resource::Tenant)?;
        let name = rules::checked(NewTenant::named("x", name))?.name;
        let tx = self.shared.db.begin(ctx).await?;
        store::rename(&tx, ctx, name).await?;
        let record = Record::of("tenants.rename", "tenant").target(ctx.tenant).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        self.brands.clear();
        Ok(())
    }

    /// Lists every tenant; for the operator.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self) -> Result<Vec<TenantId>> {
        let tx = self.shared.db.lookup().await?;
        let rows = penny_entity::tenant::Entity::find().all(&tx).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}

/// Says that two made the same name at once.
fn taken(error: impl Into<Error>) -> Error {
    match error.into() {
        Error::Store(error) if error.is_conflict() => Error::Taken("slug"),
        error => error,
    }
}

/// Answers of a moment ago, by question.
#[derive(Debug)]
struct Recent<K, V>(Arc<Mutex<Dated<K, V>>>);

/// Answers with the moment each was given.
type Dated<K, V> = HashMap<K, (V, DateTime<Utc>)>;

impl<K, V> Clone for Recent<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    fn get(&self, key: &K, now: DateTime<Utc>) -> Option<V> {
        let kept = self.0.lock();
        kept.get(key).filter(|(_, at)| now - *at < FRESH && now >= *at).map(|(value, _)| value.clone())
    }

    fn put(&self, key: K, value: V, now: DateTime<Utc>) {
        let mut kept = self.0.lock();
        if kept.len() >= MOST {
            kept.retain(|_, (_, at)| now - *at < FRESH);
            if kept.len() >= MOST {
                kept.clear();
            }
        }
        kept.insert(key, (value, now));
    }

    fn clear(&self) {
        self.0.lock().clear();
    }
}
