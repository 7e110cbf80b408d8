//! Grants: give or withdraw the use of one tool, datasource or dashboard, or let a principal act for another.

use super::{
    error::{PermissionsError, Result},
    service::{Permissions, require_group, require_principal},
};
use penny_entity::{TenantScoped, access_grant, custom_role, dashboard, datasource};
use penny_i18n::keys;
use penny_kernel::{
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::WriteTx,
};
use penny_types::{
    GrantId, GroupId, PrincipalId, RoleId,
    access::{GrantLevel, GrantSubject, GrantView, GrantedKind, NewGrant},
    people::{PrincipalKind, Role},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

const RESOURCE_CHARS_MAX: usize = 200;

/// The subject of a grant as the table stores it.
struct StoredSubject {
    id: Uuid,
    role: String,
}

impl Permissions {
    /// Adds a grant. One with the same subject, resource and level is replaced.
    ///
    /// # Errors
    /// When the subject or the resource is unknown, the level does not fit the resource, or the actor may not.
    pub async fn add_grant(&self, ctx: &Ctx, new: NewGrant) -> Result<GrantView> {
        let permit = self.authorize(ctx)?;
        if !fits(new.kind, new.level) {
            return Err(PermissionsError::Invalid { field: "level", key: keys::PERMISSIONS_GRANT_LEVEL });
        }
        let tx = self.kernel.db.begin(ctx).await?;
        let subject = stored_subject(&tx, ctx, &new).await?;
        require_resource(&tx, ctx, &new).await?;
        access_grant::Entity::delete_in(ctx.tenant())
            .filter(access_grant::Column::SubjectKind.eq(new.subject))
            .filter(access_grant::Column::SubjectId.eq(subject.id))
            .filter(access_grant::Column::SubjectRole.eq(&subject.role))
            .filter(access_grant::Column::ResourceKind.eq(new.kind))
            .filter(access_grant::Column::ResourceKey.eq(&new.resource))
            .filter(access_grant::Column::Level.eq(new.level))
            .exec(&tx)
            .await?;
        let is_user = ctx.actor().kind == PrincipalKind::User;
        let row = access_grant::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(ctx.new_id()),
            subject_kind: Set(new.subject),
            subject_id: Set(subject.id),
            subject_role: Set(subject.role),
            resource_kind: Set(new.kind),
            resource_key: Set(new.resource),
            level: Set(new.level),
            effect: Set(new.effect),
            granted_by: Set(is_user.then_some(ctx.actor().id)),
            created_at: Set(ctx.now()),
            expires_at: Set(new.expires_at),
        };
        let row = row.insert(&tx).await?;
        let record = AuditRecord::of("permissions.add_grant", "grant").target(row.id).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        Ok(view(row))
    }

    /// Removes a grant.
    ///
    /// # Errors
    /// When there is none, or the actor may not.
    pub async fn remove_grant(&self, ctx: &Ctx, id: GrantId) -> Result<()> {
        let permit = self.authorize(ctx)?;
        let tx = self.kernel.db.begin(ctx).await?;
        let removed = access_grant::Entity::delete_in(ctx.tenant())
            .filter(access_grant::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        if removed.rows_affected == 0 {
            return Err(PermissionsError::NotFound);
        }
        let record = AuditRecord::of("permissions.remove_grant", "grant").target(id).permit(&permit);
        audit::record(&tx, ctx, record).await?;
        Ok(tx.commit().await?)
    }

    /// Lists the grants, newest first, expired ones included.
    ///
    /// # Errors
    /// When the actor may not.
    pub async fn list_grants(&self, ctx: &Ctx) -> Result<Vec<GrantView>> {
        self.authorize(ctx)?;
        let tx = self.kernel.db.read(ctx).await?;
        let rows = access_grant::Entity::find_in(ctx.tenant())
            .order_by_desc(access_grant::Column::Id)
            .all(&tx)
            .await?;
        Ok(rows.into_iter().map(view).collect())
    }
}

/// Returns whether a level applies to a kind of resource.
const fn fits(kind: GrantedKind, level: GrantLevel) -> bool {
    match level {
        GrantLevel::ActFor => matches!(kind, GrantedKind::Principal),
        GrantLevel::Use => !matches!(kind, GrantedKind::Principal),
        GrantLevel::Edit => matches!(kind, GrantedKind::Datasource | GrantedKind::Dashboard),
    }
}

async fn stored_subject(tx: &WriteTx, ctx: &Ctx, new: &NewGrant) -> Result<StoredSubject> {
    let unknown = || PermissionsError::Invalid { field: "subjectKey", key: keys::PERMISSIONS_SUBJECT };
    let key = new.subject_key.as_deref().unwrap_or_default();
    let by_id = |id: Uuid| StoredSubject { id, role: String::new() };
    match new.subject {
        GrantSubject::Tenant if key.is_empty() => Ok(by_id(Uuid::nil())),
        GrantSubject::Tenant => Err(unknown()),
        GrantSubject::Principal => {
            let id: PrincipalId = key.parse().map_err(|_| unknown())?;
            require_principal(tx, ctx, id).await.map_err(|error| hide(error, unknown()))?;
            Ok(by_id(id.uuid()))
        }
        GrantSubject::Group => {
            let id: GroupId = key.parse().map_err(|_| unknown())?;
            require_group(tx, ctx, id).await.map_err(|error| hide(error, unknown()))?;
            Ok(by_id(id.uuid()))
        }
        GrantSubject::Role => {
            if let Ok(role) = key.parse::<Role>() {
                return Ok(StoredSubject { id: Uuid::nil(), role: role.as_str().to_owned() });
            }
            let id: RoleId = key.parse().map_err(|_| unknown())?;
            custom_role::Entity::find_by_id((ctx.tenant(), id)).one(tx).await?.ok_or_else(unknown)?;
            Ok(by_id(id.uuid()))
        }
    }
}

/// Replaces "not found" by the error of the field that named the missing row.
fn hide(error: PermissionsError, field: PermissionsError) -> PermissionsError {
    if matches!(error, PermissionsError::NotFound) { field } else { error }
}

/// Checks that the resource exists, where the database knows. Tools come and go with their sources.
async fn require_resource(tx: &WriteTx, ctx: &Ctx, new: &NewGrant) -> Result<()> {
    let key = new.resource.as_str();
    let exists = match new.kind {
        GrantedKind::Tool => {
            !key.is_empty() && key.chars().count() <= RESOURCE_CHARS_MAX && !key.chars().any(char::is_control)
        }
        GrantedKind::Datasource => {
            datasource::Entity::find_in(ctx.tenant())
                .filter(datasource::Column::Slug.eq(key))
                .count(tx)
                .await?
                > 0
        }
        GrantedKind::Dashboard => {
            dashboard::Entity::find_in(ctx.tenant()).filter(dashboard::Column::Slug.eq(key)).count(tx).await?
                > 0
        }
        GrantedKind::Principal => match key.parse::<PrincipalId>() {
            Ok(id) => match require_principal(tx, ctx, id).await {
                Ok(_) => true,
                Err(PermissionsError::NotFound) => false,
                Err(error) => return Err(error),
            },
            Err(_) => false,
        },
    };
    if exists {
        Ok(())
    } else {
        Err(PermissionsError::Invalid { field: "resource", key: keys::PERMISSIONS_RESOURCE })
    }
}

fn view(row: access_grant::Model) -> GrantView {
    let subject_key = match row.subject_kind {
        GrantSubject::Tenant => None,
        GrantSubject::Principal => Some(PrincipalId(row.subject_id).to_string()),
        GrantSubject::Group => Some(GroupId(row.subject_id).to_string()),
        GrantSubject::Role if row.subject_role.is_empty() => Some(RoleId(row.subject_id).to_string()),
        GrantSubject::Role => Some(row.subject_role),
    };
    GrantView {
        id: row.id,
        subject: row.subject_kind,
        subject_key,
        kind: row.resource_kind,
        resource: row.resource_key,
        level: row.level,
        effect: row.effect,
        created_at: row.created_at,
        expires_at: row.expires_at,
    }
}
