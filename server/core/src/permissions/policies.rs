//! Tenant policies, written in Cedar.

use super::{
    error::{PermissionsError, Result},
    service::{Permissions, parse_description, parse_name},
};
use penny_entity::{TenantScoped, access_policy};
use penny_i18n::keys;
use penny_kernel::{
    audit::{self, AuditRecord},
    ctx::Ctx,
};
use penny_types::{
    PolicyId,
    access::{NewPolicy, PolicyView},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder,
};

/// The most policies of a tenant: each is evaluated on every decision.
const POLICIES_MAX: u64 = 200;

impl Permissions {
    /// Adds a policy.
    ///
    /// # Errors
    /// When the source is not one policy that fits the access schema, the name is invalid or taken, the actor would
    /// lose access management, or may not.
    pub async fn create_policy(&self, ctx: &Ctx, new: NewPolicy) -> Result<PolicyView> {
        let permit = self.authorize(ctx)?;
        let (name, name_normalised) = parse_name(&new.name)?;
        let description = parse_description(&new.description)?;
        let id: PolicyId = ctx.new_id();
        self.validate(id, &new.source)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let all = access_policy::Entity::find_in(ctx.tenant());
        let same_name = access_policy::Column::NameNormalised.eq(&name_normalised);
        if all.clone().filter(same_name).count(&tx).await? > 0 {
            return Err(PermissionsError::Invalid { field: "name", key: keys::PERMISSIONS_NAME_TAKEN });
        }
        if all.count(&tx).await? >= POLICIES_MAX {
            return Err(PermissionsError::Invalid { field: "name", key: keys::PERMISSIONS_POLICIES_MAX });
        }
        let row = access_policy::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(id),
            name: Set(name),
            name_normalised: Set(name_normalised),
            description: Set(description),
            source: Set(new.source),
            is_enabled: Set(new.is_enabled),
            created_by: Set(ctx.actor().id),
            created_at: Set(ctx.now()),
            updated_at: Set(ctx.now()),
        };
        let row = row.insert(&tx).await?;
        let record = AuditRecord::of("permissions.create_policy", "policy").target(id).permit(&permit);
        audit::record(&tx, ctx, record.payload(row.source.as_bytes())).await?;
        self.publish_policies(&tx, ctx).await?;
        tx.commit().await?;
        Ok(view(row))
    }

    /// Turns a policy on or off.
    ///
    /// # Errors
    /// When there is none, the actor would lose access management, or may not.
    pub async fn set_policy_enabled(&self, ctx: &Ctx, id: PolicyId, is_enabled: bool) -> Result<PolicyView> {
        let permit = self.authorize(ctx)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let row = access_policy::Entity::find_by_id((ctx.tenant(), id)).one(&tx).await?;
        let row = row.ok_or(PermissionsError::NotFound)?;
        if is_enabled {
            self.validate(id, &row.source)?;
        }
        let mut change = row.into_active_model();
        change.is_enabled = Set(is_enabled);
        change.updated_at = Set(ctx.now());
        let row = change.update(&tx).await?;
        let action = if is_enabled { "permissions.enable_policy" } else { "permissions.disable_policy" };
        audit::record(&tx, ctx, AuditRecord::of(action, "policy").target(id).permit(&permit)).await?;
        self.publish_policies(&tx, ctx).await?;
        tx.commit().await?;
        Ok(view(row))
    }

    /// Deletes a policy.
    ///
    /// # Errors
    /// When there is none, the actor would lose access management, or may not.
    pub async fn delete_policy(&self, ctx: &Ctx, id: PolicyId) -> Result<()> {
        let permit = self.authorize(ctx)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let deleted = access_policy::Entity::delete_in(ctx.tenant())
            .filter(access_policy::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        if deleted.rows_affected == 0 {
            return Err(PermissionsError::NotFound);
        }
        let record = AuditRecord::of("permissions.delete_policy", "policy").target(id).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        self.publish_policies(&tx, ctx).await?;
        Ok(tx.commit().await?)
    }

    /// Lists the policies by name.
    ///
    /// # Errors
    /// When the actor may not.
    pub async fn list_policies(&self, ctx: &Ctx) -> Result<Vec<PolicyView>> {
        self.authorize(ctx)?;
        let tx = self.kernel.db.read(ctx).await?;
        let rows = access_policy::Entity::find_in(ctx.tenant())
            .order_by_asc(access_policy::Column::NameNormalised)
            .all(&tx)
            .await?;
        Ok(rows.into_iter().map(view).collect())
    }

    fn validate(&self, id: PolicyId, source: &str) -> Result<()> {
        self.kernel
            .access
            .validate_policy(id, source)
            .map_err(|error| PermissionsError::InvalidPolicy(error.0))
    }
}

fn view(row: access_policy::Model) -> PolicyView {
    PolicyView {
        id: row.id,
        name: row.name,
        description: row.description,
        source: row.source,
        is_enabled: row.is_enabled,
        updated_at: row.updated_at,
    }
}
