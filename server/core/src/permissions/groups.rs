//! Groups and their members.

use super::{
    error::{PermissionsError, Result},
    service::{Permissions, parse_description, parse_name, require_group, require_principal},
};
use penny_entity::{TenantScoped, access_grant, group_member, principal_group, share};
use penny_i18n::keys;
use penny_kernel::{
    audit::{self, AuditRecord},
    ctx::Ctx,
};
use penny_types::{
    GroupId, PrincipalId,
    access::{GrantSubject, GroupView, NewGroup, ShareSubject},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::HashMap;

impl Permissions {
    /// Creates a group.
    ///
    /// # Errors
    /// When the name is invalid or taken, or the actor may not.
    pub async fn create_group(&self, ctx: &Ctx, new: NewGroup) -> Result<GroupView> {
        let permit = self.authorize(ctx)?;
        let (name, name_normalised) = parse_name(&new.name)?;
        let description = parse_description(&new.description)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let is_taken = principal_group::Entity::find_in(ctx.tenant())
            .filter(principal_group::Column::NameNormalised.eq(&name_normalised))
            .count(&tx)
            .await?
            > 0;
        if is_taken {
            return Err(PermissionsError::Invalid { field: "name", key: keys::PERMISSIONS_NAME_TAKEN });
        }
        let row = principal_group::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(ctx.new_id()),
            name: Set(name),
            name_normalised: Set(name_normalised),
            description: Set(description),
            created_by: Set(ctx.actor().id),
            created_at: Set(ctx.now()),
            updated_at: Set(ctx.now()),
        };
        let row = row.insert(&tx).await?;
        let record = AuditRecord::of("permissions.create_group", "group").target(row.id).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        Ok(view(row, 0))
    }

    /// Lists the groups by name.
    ///
    /// # Errors
    /// When the actor may not.
    pub async fn list_groups(&self, ctx: &Ctx) -> Result<Vec<GroupView>> {
        self.authorize(ctx)?;
        let tx = self.kernel.db.read(ctx).await?;
        let rows = principal_group::Entity::find_in(ctx.tenant())
            .order_by_asc(principal_group::Column::NameNormalised)
            .all(&tx)
            .await?;
        let counts: Vec<(GroupId, i64)> = group_member::Entity::find_in(ctx.tenant())
            .select_only()
            .column(group_member::Column::GroupId)
            .column_as(group_member::Column::PrincipalId.count(), "members")
            .group_by(group_member::Column::GroupId)
            .into_tuple()
            .all(&tx)
            .await?;
        let counts: HashMap<GroupId, i64> = counts.into_iter().collect();
        let count = |id| counts.get(&id).copied().and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        Ok(rows.into_iter().map(|row| (count(row.id), row)).map(|(count, row)| view(row, count)).collect())
    }

    /// Deletes a group with its memberships, role assignments, grants and shares.
    ///
    /// # Errors
    /// When there is none, or the actor may not.
    pub async fn delete_group(&self, ctx: &Ctx, id: GroupId) -> Result<()> {
        let permit = self.authorize(ctx)?;
        let tx = self.kernel.db.begin(ctx).await?;
        require_group(&tx, ctx, id).await?;
        access_grant::Entity::delete_in(ctx.tenant())
            .filter(access_grant::Column::SubjectKind.eq(GrantSubject::Group))
            .filter(access_grant::Column::SubjectId.eq(id.uuid()))
            .exec(&tx)
            .await?;
        share::Entity::delete_in(ctx.tenant())
            .filter(share::Column::SubjectKind.eq(ShareSubject::Group))
            .filter(share::Column::SubjectId.eq(id.uuid()))
            .exec(&tx)
            .await?;
        principal_group::Entity::delete_in(ctx.tenant())
            .filter(principal_group::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        let record = AuditRecord::of("permissions.delete_group", "group").target(id).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        Ok(tx.commit().await?)
    }

    /// Adds a principal to a group. Adding a member again changes nothing.
    ///
    /// # Errors
    /// When there is no such group or principal, or the actor may not.
    pub async fn add_member(&self, ctx: &Ctx, group: GroupId, member: PrincipalId) -> Result<()> {
        let permit = self.authorize(ctx)?;
        let tx = self.kernel.db.begin(ctx).await?;
        require_group(&tx, ctx, group).await?;
        require_principal(&tx, ctx, member).await?;
        if group_member::Entity::find_by_id((ctx.tenant(), group, member)).one(&tx).await?.is_some() {
            return Ok(());
        }
        let row = group_member::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            group_id: Set(group),
            principal_id: Set(member),
            added_by: Set(ctx.actor().id),
            created_at: Set(ctx.now()),
        };
        group_member::Entity::insert(row).exec_without_returning(&tx).await?;
        let record = AuditRecord::of("permissions.add_member", "group").target(group).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        Ok(tx.commit().await?)
    }

    /// Removes a principal from a group.
    ///
    /// # Errors
    /// When it is no member, or the actor may not.
    pub async fn remove_member(&self, ctx: &Ctx, group: GroupId, member: PrincipalId) -> Result<()> {
        let permit = self.authorize(ctx)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let removed = group_member::Entity::delete_in(ctx.tenant())
            .filter(group_member::Column::GroupId.eq(group))
            .filter(group_member::Column::PrincipalId.eq(member))
            .exec(&tx)
            .await?;
        if removed.rows_affected == 0 {
            return Err(PermissionsError::NotFound);
        }
        let record = AuditRecord::of("permissions.remove_member", "group").target(group).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        Ok(tx.commit().await?)
    }

    /// Lists the ids of a group's members.
    ///
    /// # Errors
    /// When the actor may not.
    pub async fn list_members(&self, ctx: &Ctx, group: GroupId) -> Result<Vec<PrincipalId>> {
        self.authorize(ctx)?;
        let tx = self.kernel.db.read(ctx).await?;
        Ok(group_member::Entity::find_in(ctx.tenant())
            .select_only()
            .column(group_member::Column::PrincipalId)
            .filter(group_member::Column::GroupId.eq(group))
            .order_by_asc(group_member::Column::PrincipalId)
            .into_tuple()
            .all(&tx)
            .await?)
    }
}

fn view(row: principal_group::Model, member_count: u64) -> GroupView {
    GroupView {
        id: row.id,
        name: row.name,
        description: row.description,
        member_count,
        created_at: row.created_at,
    }
}
