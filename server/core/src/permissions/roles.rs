//! Custom roles, and which principals and groups hold which role.

use super::{
    error::{PermissionsError, Result},
    service::{
        Permissions, RoleHolder, RoleName, parse_description, parse_name, require_group, require_principal,
    },
};
use penny_entity::{TenantScoped, access_grant, custom_role, role_assignment};
use penny_i18n::keys;
use penny_kernel::{
    access::Action,
    audit::{self, AuditRecord},
    ctx::Ctx,
};
use penny_types::{
    RoleId,
    access::{CustomRoleView, GrantSubject, NewCustomRole},
    people::PrincipalKind,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use serde_json::json;

impl Permissions {
    /// Creates a custom role.
    ///
    /// # Errors
    /// When the name is invalid or taken, an action is unknown, or the actor may not.
    pub async fn create_role(&self, ctx: &Ctx, new: NewCustomRole) -> Result<CustomRoleView> {
        let permit = self.authorize(ctx)?;
        let (name, name_normalised) = parse_name(&new.name)?;
        let description = parse_description(&new.description)?;
        let actions = parse_actions(&new.actions)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let is_taken = custom_role::Entity::find_in(ctx.tenant())
            .filter(custom_role::Column::NameNormalised.eq(&name_normalised))
            .count(&tx)
            .await?
            > 0;
        if is_taken {
            return Err(PermissionsError::Invalid { field: "name", key: keys::PERMISSIONS_NAME_TAKEN });
        }
        let row = custom_role::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(ctx.new_id()),
            name: Set(name),
            name_normalised: Set(name_normalised),
            description: Set(description),
            actions: Set(json!(actions)),
            created_by: Set(ctx.actor().id),
            created_at: Set(ctx.now()),
            updated_at: Set(ctx.now()),
        };
        let row = row.insert(&tx).await?;
        let record = AuditRecord::of("permissions.create_role", "role").target(row.id).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        self.publish_policies(&tx, ctx).await?;
        tx.commit().await?;
        Ok(view(row))
    }

    /// Lists the custom roles by name.
    ///
    /// # Errors
    /// When the actor may not.
    pub async fn list_roles(&self, ctx: &Ctx) -> Result<Vec<CustomRoleView>> {
        self.authorize(ctx)?;
        let tx = self.kernel.db.read(ctx).await?;
        let rows = custom_role::Entity::find_in(ctx.tenant())
            .order_by_asc(custom_role::Column::NameNormalised)
            .all(&tx)
            .await?;
        Ok(rows.into_iter().map(view).collect())
    }

    /// Deletes a custom role with its assignments and grants.
    ///
    /// # Errors
    /// When there is none, the actor would lose access management, or may not.
    pub async fn delete_role(&self, ctx: &Ctx, id: RoleId) -> Result<()> {
        let permit = self.authorize(ctx)?;
        let tx = self.kernel.db.begin(ctx).await?;
        access_grant::Entity::delete_in(ctx.tenant())
            .filter(access_grant::Column::SubjectKind.eq(GrantSubject::Role))
            .filter(access_grant::Column::SubjectId.eq(id.uuid()))
            .exec(&tx)
            .await?;
        let deleted = custom_role::Entity::delete_in(ctx.tenant())
            .filter(custom_role::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        if deleted.rows_affected == 0 {
            return Err(PermissionsError::NotFound);
        }
        let record = AuditRecord::of("permissions.delete_role", "role").target(id).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        self.publish_policies(&tx, ctx).await?;
        Ok(tx.commit().await?)
    }

    /// Assigns a role. Assigning it again changes nothing.
    ///
    /// # Errors
    /// When there is no such holder or role, or the actor may not.
    pub async fn assign_role(&self, ctx: &Ctx, holder: RoleHolder, role: RoleName) -> Result<()> {
        let permit = self.authorize(ctx)?;
        let tx = self.kernel.db.begin(ctx).await?;
        match holder {
            RoleHolder::Principal(id) => drop(require_principal(&tx, ctx, id).await?),
            RoleHolder::Group(id) => drop(require_group(&tx, ctx, id).await?),
        }
        if let RoleName::Custom(id) = role {
            custom_role::Entity::find_by_id((ctx.tenant(), id))
                .one(&tx)
                .await?
                .ok_or(PermissionsError::NotFound)?;
        }
        let existing = role_assignment::Entity::find_in(ctx.tenant()).filter(assignment(holder, role));
        if existing.count(&tx).await? > 0 {
            return Ok(());
        }
        let is_user = ctx.actor().kind == PrincipalKind::User;
        let row = role_assignment::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(ctx.new_id()),
            principal_id: Set(match holder {
                RoleHolder::Principal(id) => Some(id),
                RoleHolder::Group(_) => None,
            }),
            group_id: Set(match holder {
                RoleHolder::Group(id) => Some(id),
                RoleHolder::Principal(_) => None,
            }),
            role: Set(match role {
                RoleName::BuiltIn(role) => Some(role),
                RoleName::Custom(_) => None,
            }),
            custom_role_id: Set(match role {
                RoleName::Custom(id) => Some(id),
                RoleName::BuiltIn(_) => None,
            }),
            assigned_by: Set(is_user.then_some(ctx.actor().id)),
            created_at: Set(ctx.now()),
        };
        role_assignment::Entity::insert(row).exec_without_returning(&tx).await?;
        audit::record(&tx, ctx, record("permissions.assign_role", holder).permit(&permit)).await?;
        Ok(tx.commit().await?)
    }

    /// Withdraws a role.
    ///
    /// # Errors
    /// When the holder does not have it, the actor would lose access management, or may not.
    pub async fn unassign_role(&self, ctx: &Ctx, holder: RoleHolder, role: RoleName) -> Result<()> {
        let permit = self.authorize(ctx)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let removed = role_assignment::Entity::delete_in(ctx.tenant())
            .filter(assignment(holder, role))
            .exec(&tx)
            .await?;
        if removed.rows_affected == 0 {
            return Err(PermissionsError::NotFound);
        }
        if !self.kernel.keeps_access_management(&tx, ctx).await? {
            return Err(PermissionsError::LocksOut);
        }
        audit::record(&tx, ctx, record("permissions.unassign_role", holder).permit(&permit)).await?;
        Ok(tx.commit().await?)
    }
}

fn assignment(holder: RoleHolder, role: RoleName) -> Condition {
    use role_assignment::Column as A;
    let held_by = match holder {
        RoleHolder::Principal(id) => A::PrincipalId.eq(id),
        RoleHolder::Group(id) => A::GroupId.eq(id),
    };
    let is_role = match role {
        RoleName::BuiltIn(role) => A::Role.eq(role),
        RoleName::Custom(id) => A::CustomRoleId.eq(id),
    };
    Condition::all().add(held_by).add(is_role)
}

fn record(action: &str, holder: RoleHolder) -> AuditRecord<'_> {
    match holder {
        RoleHolder::Principal(id) => AuditRecord::of(action, "principal").target(id),
        RoleHolder::Group(id) => AuditRecord::of(action, "group").target(id),
    }
}

/// Checks that each action exists; returns them sorted.
fn parse_actions(names: &[String]) -> Result<Vec<&'static str>> {
    let known: Option<Vec<&'static str>> =
        names.iter().map(|name| Action::find(name).map(Action::as_str)).collect();
    let mut actions =
        known.ok_or(PermissionsError::Invalid { field: "actions", key: keys::PERMISSIONS_ACTION })?;
    actions.sort_unstable();
    actions.dedup();
    if actions.is_empty() {
        return Err(PermissionsError::Invalid { field: "actions", key: keys::PERMISSIONS_ACTION });
    }
    Ok(actions)
}

fn view(row: custom_role::Model) -> CustomRoleView {
    CustomRoleView {
        id: row.id,
        name: row.name,
        description: row.description,
        actions: serde_json::from_value(row.actions).unwrap_or_default(),
        created_at: row.created_at,
    }
}
