//! The tenant service.

use super::{
    error::{Result, TenantError},
    rules::{self, NewTenant},
    store,
};
use crate::themes::{self, NewTheme};
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use penny_kernel::{
    SharedKernel,
    access::{Action, TenantResource},
    audit::{self, AuditRecord},
    ctx::{Ctx, SystemPorts},
};
use penny_types::{TenantId, tenants::BrandView};
use sea_orm::EntityTrait;
use std::{collections::HashMap, hash::Hash, sync::Arc};

/// Lifetime of cached values. Short, because another process may change hosts and themes.
const CACHE_TTL: TimeDelta = TimeDelta::seconds(5);
/// Maximum number of cached values, because host headers come from unauthenticated clients.
const MAX_CACHED: usize = 1000;

/// Service for tenants, their hosts and their themes.
#[derive(Debug, Clone)]
pub struct Tenants {
    kernel: SharedKernel,
    hosts: TtlCache<String, TenantId>,
    brands: TtlCache<TenantId, BrandView>,
}

impl Tenants {
    #[must_use]
    pub fn new(kernel: SharedKernel) -> Self {
        Self { kernel, hosts: TtlCache::default(), brands: TtlCache::default() }
    }

    /// Resolves a host to its tenant, or to the default tenant when no tenant has the host.
    ///
    /// # Errors
    /// When there is no default tenant yet, or the database fails.
    pub async fn resolve_host(&self, system: &SystemPorts, host: &str) -> Result<TenantId> {
        let Some(host) = rules::host_name(host) else {
            return self.default_tenant(system).await;
        };
        let now = system.now();
        if let Some(tenant) = self.hosts.get(&host, now) {
            return Ok(tenant);
        }
        let known = {
            let tx = self.kernel.db.lookup().await?;
            store::find_by_host(&tx, &host).await?
        };
        let tenant = match known {
            Some(tenant) => tenant,
            None => self.default_tenant(system).await?,
        };
        self.hosts.put(host, tenant, now);
        Ok(tenant)
    }

    /// Returns the default tenant.
    ///
    /// # Errors
    /// When there is none yet, or the database fails.
    pub async fn default_tenant(&self, system: &SystemPorts) -> Result<TenantId> {
        // A host is never empty, so the empty string is the cache key of the default tenant.
        let (key, now) = (String::new(), system.now());
        if let Some(tenant) = self.hosts.get(&key, now) {
            return Ok(tenant);
        }
        let tx = self.kernel.db.lookup().await?;
        let tenant = store::find_default(&tx).await?.ok_or(TenantError::NoDefault)?;
        self.hosts.put(key, tenant, now);
        Ok(tenant)
    }

    /// Returns the tenant with a slug; used by operators and configuration.
    ///
    /// # Errors
    /// When there is no such tenant.
    pub async fn get_by_slug(&self, slug: &str) -> Result<TenantId> {
        let tx = self.kernel.db.lookup().await?;
        store::find_by_slug(&tx, slug).await?.ok_or(TenantError::NotFound)
    }

    /// Returns a tenant's brand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn brand(&self, tenant: TenantId) -> Result<BrandView> {
        let system = &self.kernel.system;
        if let Some(brand) = self.brands.get(&tenant, system.now()) {
            return Ok(brand);
        }
        let tx = self.kernel.db.read(&Ctx::system(tenant, system.clone(), &[])).await?;
        let brand = themes::load_brand(&tx, tenant).await?;
        self.brands.put(tenant, brand.clone(), system.now());
        Ok(brand)
    }

    /// Creates a tenant with its hosts and theme. Not authorised by policy: only the operator of the
    /// installation can call it.
    ///
    /// # Errors
    /// When a field is invalid, or the slug or a host is in use.
    pub async fn create(&self, system: &SystemPorts, new: NewTenant) -> Result<TenantId> {
        let new = rules::validate(new)?;
        let theme = new.theme.as_ref().map(themes::validate).transpose()?;
        {
            let tx = self.kernel.db.lookup().await?;
            if store::find_by_slug(&tx, &new.slug).await?.is_some() {
                return Err(TenantError::Taken("slug"));
            }
            for host in &new.hosts {
                if store::find_by_host(&tx, host).await?.is_some() {
                    return Err(TenantError::Taken("host"));
                }
            }
        }
        let ctx = Ctx::system(system.new_id(), system.clone(), &[]);
        let tx = self.kernel.db.begin(&ctx).await?;
        store::insert(&tx, &ctx, &new).await.map_err(map_conflict)?;
        if let Some(theme) = theme {
            themes::save(&tx, ctx.tenant(), theme, ctx.now()).await?;
        }
        audit::record(&tx, &ctx, AuditRecord::of("tenants.create", "tenant").target(ctx.tenant())).await?;
        tx.commit().await.map_err(map_conflict)?;
        self.hosts.clear();
        Ok(ctx.tenant())
    }

    /// Replaces the tenant's theme.
    ///
    /// # Errors
    /// When the actor may not configure the tenant, or the theme is invalid.
    pub async fn set_theme(&self, ctx: &Ctx, theme: &NewTheme) -> Result<BrandView> {
        let permit = self.kernel.access.check(ctx, Action::TenantConfigure, &TenantResource)?;
        let theme = themes::validate(theme)?;
        let tx = self.kernel.db.begin(ctx).await?;
        themes::save(&tx, ctx.tenant(), theme, ctx.now()).await?;
        let record = AuditRecord::of("tenants.set_theme", "tenant").target(ctx.tenant()).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        self.brands.clear();
        self.brand(ctx.tenant()).await
    }

    /// Renames the tenant.
    ///
    /// # Errors
    /// When the actor may not configure the tenant, or the name is invalid.
    pub async fn rename(&self, ctx: &Ctx, name: &str) -> Result<()> {
        let permit = self.kernel.access.check(ctx, Action::TenantConfigure, &TenantResource)?;
        let name = rules::validate(NewTenant::with_defaults("x", name))?.name;
        let tx = self.kernel.db.begin(ctx).await?;
        store::rename(&tx, ctx, name).await?;
        let record = AuditRecord::of("tenants.rename", "tenant").target(ctx.tenant()).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        self.brands.clear();
        Ok(())
    }

    /// Lists all tenants; used by the operator.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self) -> Result<Vec<TenantId>> {
        let tx = self.kernel.db.lookup().await?;
        let rows = penny_entity::tenant::Entity::find().all(&tx).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}

/// Maps a unique violation from a concurrent creation to [`TenantError::Taken`].
fn map_conflict(error: impl Into<TenantError>) -> TenantError {
    match error.into() {
        TenantError::Store(error) if error.is_conflict() => TenantError::Taken("slug"),
        error => error,
    }
}

/// A bounded in-memory cache whose entries expire after [`CACHE_TTL`].
#[derive(Debug)]
struct TtlCache<K, V>(Arc<Mutex<TtlEntries<K, V>>>);

/// Cached values with the time at which each was loaded.
type TtlEntries<K, V> = HashMap<K, (V, DateTime<Utc>)>;

impl<K, V> Clone for TtlCache<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Default for TtlCache<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Hash + Eq, V: Clone> TtlCache<K, V> {
    fn get(&self, key: &K, now: DateTime<Utc>) -> Option<V> {
        let entries = self.0.lock();
        entries.get(key).filter(|(_, at)| now - *at < CACHE_TTL && now >= *at).map(|(value, _)| value.clone())
    }

    fn put(&self, key: K, value: V, now: DateTime<Utc>) {
        let mut entries = self.0.lock();
        if entries.len() >= MAX_CACHED {
            entries.retain(|_, (_, at)| now - *at < CACHE_TTL);
            if entries.len() >= MAX_CACHED {
                entries.clear();
            }
        }
        entries.insert(key, (value, now));
    }

    fn clear(&self) {
        self.0.lock().clear();
    }
}
