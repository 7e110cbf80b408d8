//! How a tenant's rows are reached.

use penny_types::TenantId;
use sea_orm::{ColumnTrait, DeleteMany, EntityTrait, QueryFilter, Select, UpdateMany};

/// A table whose every row belongs to one tenant. Queries begin here; row-level security is the
/// second lock.
pub trait TenantScoped: EntityTrait {
    /// The column that says whose a row is.
    const TENANT: Self::Column;

    /// Begins a read of the tenant's rows.
    #[must_use]
    fn find_in(tenant: TenantId) -> Select<Self> {
        Self::find().filter(Self::TENANT.eq(tenant))
    }

    /// Begins a change of the tenant's rows.
    #[must_use]
    fn update_in(tenant: TenantId) -> UpdateMany<Self> {
        Self::update_many().filter(Self::TENANT.eq(tenant))
    }

    /// Begins a removal of the tenant's rows.
    #[must_use]
    fn delete_in(tenant: TenantId) -> DeleteMany<Self> {
        Self::delete_many().filter(Self::TENANT.eq(tenant))
    }
}
