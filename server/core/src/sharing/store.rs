//! Queries about shares and their subjects.

use penny_entity::{TenantScoped, group_member, principal, principal_group, share, tenant, tool_call};
use penny_kernel::{access::ShareKey, ctx::Ctx};
use penny_types::{
    ConversationId, GroupId, PrincipalId, ShareId, TurnId,
    access::{ShareSubject, ShareView},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Lists the shares of a resource, oldest first.
pub(super) async fn list(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (kind, id): ShareKey,
) -> Result<Vec<share::Model>, DbErr> {
    share::Entity::find_in(ctx.tenant())
        .filter(share::Column::ResourceKind.eq(kind))
        .filter(share::Column::ResourceId.eq(id))
        .order_by_asc(share::Column::Id)
        .all(conn)
        .await
}

/// Deletes the share of a resource with a subject; returns whether there was one.
pub(super) async fn delete_of_subject(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (kind, id): ShareKey,
    (subject, subject_id): (ShareSubject, Uuid),
) -> Result<bool, DbErr> {
    let deleted = share::Entity::delete_in(ctx.tenant())
        .filter(share::Column::ResourceKind.eq(kind))
        .filter(share::Column::ResourceId.eq(id))
        .filter(share::Column::SubjectKind.eq(subject))
        .filter(share::Column::SubjectId.eq(subject_id))
        .exec(conn)
        .await?;
    Ok(deleted.rows_affected > 0)
}

/// Finds a share of a resource.
pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (kind, id): ShareKey,
    share_id: ShareId,
) -> Result<Option<share::Model>, DbErr> {
    share::Entity::find_by_id((ctx.tenant(), share_id))
        .filter(share::Column::ResourceKind.eq(kind))
        .filter(share::Column::ResourceId.eq(id))
        .one(conn)
        .await
}

/// Finds an active principal by id.
pub(super) async fn find_principal(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: PrincipalId,
) -> Result<Option<principal::Model>, DbErr> {
    principal::Entity::find_by_id((ctx.tenant(), id))
        .filter(principal::Column::IsActive.eq(true))
        .one(conn)
        .await
}

/// Finds an active principal by normalised e-mail address.
pub(super) async fn find_by_email(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    email: &str,
) -> Result<Option<principal::Model>, DbErr> {
    principal::Entity::find_in(ctx.tenant())
        .filter(principal::Column::EmailNormalised.eq(email))
        .filter(principal::Column::IsActive.eq(true))
        .one(conn)
        .await
}

pub(super) async fn find_group(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: GroupId,
) -> Result<Option<principal_group::Model>, DbErr> {
    principal_group::Entity::find_by_id((ctx.tenant(), id)).one(conn).await
}

/// Lists the principals that a share reaches, other than by the tenant.
pub(super) async fn reached(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (subject, id): (ShareSubject, Uuid),
) -> Result<Vec<PrincipalId>, DbErr> {
    match subject {
        ShareSubject::Principal => Ok(vec![PrincipalId(id)]),
        ShareSubject::Tenant => Ok(Vec::new()),
        ShareSubject::Group => {
            group_member::Entity::find_in(ctx.tenant())
                .select_only()
                .column(group_member::Column::PrincipalId)
                .filter(group_member::Column::GroupId.eq(GroupId(id)))
                .into_tuple()
                .all(conn)
                .await
        }
    }
}

/// Counts the stored tool results of a conversation or of a turn.
pub(super) async fn count_tool_results(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    of: ToolResultsOf,
) -> Result<u64, DbErr> {
    let calls = tool_call::Entity::find_in(ctx.tenant()).filter(tool_call::Column::Result.is_not_null());
    match of {
        ToolResultsOf::Conversation(id) => calls.filter(tool_call::Column::ConversationId.eq(id)),
        ToolResultsOf::Turn(id) => calls.filter(tool_call::Column::TurnId.eq(id)),
    }
    .count(conn)
    .await
}

#[derive(Debug, Clone, Copy)]
pub(super) enum ToolResultsOf {
    Conversation(ConversationId),
    Turn(TurnId),
}

/// Adds the names of the subjects to shares.
pub(super) async fn views(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    rows: Vec<share::Model>,
) -> Result<Vec<ShareView>, DbErr> {
    let ids = |kind: ShareSubject| -> Vec<Uuid> {
        rows.iter().filter(|row| row.subject_kind == kind).map(|row| row.subject_id).collect()
    };
    let people: Vec<(PrincipalId, String)> = principal::Entity::find_in(ctx.tenant())
        .select_only()
        .columns([principal::Column::Id, principal::Column::DisplayName])
        .filter(principal::Column::Id.is_in(ids(ShareSubject::Principal)))
        .into_tuple()
        .all(conn)
        .await?;
    let groups: Vec<(GroupId, String)> = principal_group::Entity::find_in(ctx.tenant())
        .select_only()
        .columns([principal_group::Column::Id, principal_group::Column::Name])
        .filter(principal_group::Column::Id.is_in(ids(ShareSubject::Group)))
        .into_tuple()
        .all(conn)
        .await?;
    let company: Option<String> = tenant::Entity::find_by_id(ctx.tenant())
        .select_only()
        .column(tenant::Column::Name)
        .into_tuple()
        .one(conn)
        .await?;
    let mut names: HashMap<Uuid, String> = people.into_iter().map(|(id, name)| (id.uuid(), name)).collect();
    names.extend(groups.into_iter().map(|(id, name)| (id.uuid(), name)));
    names.insert(Uuid::nil(), company.unwrap_or_default());
    Ok(rows
        .into_iter()
        .map(|row| ShareView {
            id: row.id,
            subject: row.subject_kind,
            principal_id: (row.subject_kind == ShareSubject::Principal)
                .then_some(PrincipalId(row.subject_id)),
            group_id: (row.subject_kind == ShareSubject::Group).then_some(GroupId(row.subject_id)),
            name: names.get(&row.subject_id).cloned().unwrap_or_default(),
            level: row.level,
            granted_by: row.granted_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
        .collect())
}
