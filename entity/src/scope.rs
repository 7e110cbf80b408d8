//! Queries limited to a tenant.

use penny_types::TenantId;
use sea_orm::{ColumnTrait, DeleteMany, EntityTrait, QueryFilter, Select, UpdateMany};

/// A table whose every row belongs to one tenant. Queries start with these methods; row-level security is a
/// second safeguard.
pub trait TenantScoped: EntityTrait {
    /// The column with the tenant's id.
    const TENANT: Self::Column;

    /// Starts a SELECT of the tenant's rows.
    #[must_use]
    fn find_in(tenant: TenantId) -> Select<Self> {
        Self::find().filter(Self::TENANT.eq(tenant))
    }

    /// Starts an UPDATE of the tenant's rows.
    #[must_use]
    fn update_in(tenant: TenantId) -> UpdateMany<Self> {
        Self::update_many().filter(Self::TENANT.eq(tenant))
    }

    /// Starts a DELETE of the tenant's rows.
    #[must_use]
    fn delete_in(tenant: TenantId) -> DeleteMany<Self> {
        Self::delete_many().filter(Self::TENANT.eq(tenant))
    }
}
