//! The service and what its verbs share.

use super::error::{PermissionsError, Result};
use penny_entity::{principal, principal_group, tenant};
use penny_i18n::keys;
use penny_kernel::{
    SharedKernel,
    access::{Action, Permit, TenantResource},
    ctx::Ctx,
    db::WriteTx,
};
use penny_types::{GroupId, PrincipalId, RoleId, people::Role};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

const NAME_CHARS_MAX: usize = 80;
const DESCRIPTION_CHARS_MAX: usize = 500;

/// Manages groups, custom roles, role assignments, grants and tenant policies.
#[derive(Debug, Clone)]
pub struct Permissions {
    pub(super) kernel: SharedKernel,
}

/// Who holds a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleHolder {
    Principal(PrincipalId),
    Group(GroupId),
}

/// A built-in or custom role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleName {
    BuiltIn(Role),
    Custom(RoleId),
}

impl Permissions {
    pub(crate) const fn new(kernel: SharedKernel) -> Self {
        Self { kernel }
    }

    pub(super) fn authorize(&self, ctx: &Ctx) -> Result<Permit> {
        Ok(self.kernel.access.check(ctx, Action::AccessManage, &TenantResource)?)
    }

    /// Raises the version of the tenant's policy set, and refuses a set under which the actor could no longer manage
    /// access. Call after the change, before the commit.
    pub(super) async fn publish_policies(&self, tx: &WriteTx, ctx: &Ctx) -> Result<()> {
        if !self.kernel.keeps_access_management(tx, ctx).await? {
            return Err(PermissionsError::LocksOut);
        }
        tenant::Entity::update_many()
            .col_expr(tenant::Column::PolicyVersion, Expr::col(tenant::Column::PolicyVersion).add(1))
            .filter(tenant::Column::Id.eq(ctx.tenant()))
            .exec(tx)
            .await?;
        Ok(())
    }
}

/// Trims a name; returns it as shown and as compared.
pub(super) fn parse_name(name: &str) -> Result<(String, String)> {
    let name = name.trim().to_owned();
    let is_valid =
        !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && !name.chars().any(char::is_control);
    if !is_valid {
        return Err(PermissionsError::Invalid { field: "name", key: keys::PERMISSIONS_NAME });
    }
    let normalised = name.to_lowercase();
    Ok((name, normalised))
}

pub(super) fn parse_description(text: &str) -> Result<String> {
    if text.chars().count() > DESCRIPTION_CHARS_MAX {
        return Err(PermissionsError::Invalid { field: "description", key: keys::PERMISSIONS_DESCRIPTION });
    }
    Ok(text.trim().to_owned())
}

pub(super) async fn require_principal(tx: &WriteTx, ctx: &Ctx, id: PrincipalId) -> Result<principal::Model> {
    principal::Entity::find_by_id((ctx.tenant(), id)).one(tx).await?.ok_or(PermissionsError::NotFound)
}

pub(super) async fn require_group(tx: &WriteTx, ctx: &Ctx, id: GroupId) -> Result<principal_group::Model> {
    principal_group::Entity::find_by_id((ctx.tenant(), id)).one(tx).await?.ok_or(PermissionsError::NotFound)
}
