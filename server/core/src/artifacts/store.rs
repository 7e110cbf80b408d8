use super::{ArtifactError, ArtifactResource, Lineage};
use penny_entity::{TenantScoped, artifact, artifact_version};
use penny_kernel::{
    access::{Access, ListFilter},
    ctx::Ctx,
    db::{StoreError, signed, unsigned},
    paging::{self, Cursor},
};
use penny_types::{
    ArtifactId, ArtifactVersionId, Page, TurnId,
    artifacts::{ArtifactFilter, ArtifactKind, ArtifactView},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use std::collections::HashMap;

/// A blob that has been written to the blob store.
pub(crate) struct StoredBlob {
    pub digest: [u8; 32],
    pub media_type: &'static str,
    pub size: usize,
}

pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    kind: ArtifactKind,
    title: String,
    stored: &StoredBlob,
    lineage: &Lineage,
) -> Result<ArtifactView, ArtifactError> {
    let now = ctx.now();
    let row = artifact::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        owner_id: Set(ctx.subject()),
        workspace_id: Set(None),
        kind: Set(kind),
        title: Set(title),
        is_pinned: Set(false),
        labels: Set(json!([])),
        latest_version: Set(1),
        conversation_id: Set(lineage.conversation),
        turn_id: Set(lineage.turn),
        tool_call_id: Set(lineage.tool_call),
        model: Set(lineage.model.clone()),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
    }
    .insert(conn)
    .await?;
    let version = artifact_version::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        artifact_id: Set(row.id),
        number: Set(1),
        digest: Set(stored.digest.to_vec()),
        media_type: Set(stored.media_type.to_owned()),
        size_bytes: Set(signed(stored.size)),
        created_by: Set(ctx.actor().id),
        turn_id: Set(lineage.turn),
        tool_call_id: Set(lineage.tool_call),
        model: Set(lineage.model.clone()),
        inputs: Set(json!(lineage.inputs)),
        created_at: Set(now),
    }
    .insert(conn)
    .await?;
    Ok(artifact_view(&row, &version))
}

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ArtifactId,
) -> Result<Option<artifact::Model>, StoreError> {
    let row = artifact::Entity::find_by_id((ctx.tenant(), id)).one(conn).await?;
    Ok(row.filter(|row| row.deleted_at.is_none()))
}

pub(super) async fn find_version(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    row: &artifact::Model,
    number: Option<u32>,
) -> Result<Option<artifact_version::Model>, StoreError> {
    let number = number.map_or(row.latest_version, |number| i32::try_from(number).unwrap_or(0));
    artifact_version::Entity::find_in(ctx.tenant())
        .filter(artifact_version::Column::ArtifactId.eq(row.id))
        .filter(artifact_version::Column::Number.eq(number))
        .one(conn)
        .await
        .map_err(StoreError::from)
}

pub(super) async fn find_version_by_id(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ArtifactVersionId,
) -> Result<Option<artifact_version::Model>, StoreError> {
    artifact_version::Entity::find_by_id((ctx.tenant(), id)).one(conn).await.map_err(StoreError::from)
}

const fn cursor_of(row: &artifact::Model) -> Cursor<ArtifactId> {
    Cursor { is_first_group: false, updated_at: row.updated_at, id: row.id }
}

/// Lists the artifacts the actor may see and that are not deleted, last changed first.
pub(super) async fn list(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (access, visible): (&Access, &ListFilter),
    filter: &ArtifactFilter,
    after: Option<Cursor<ArtifactId>>,
    limit: u32,
) -> Result<Page<ArtifactView>, ArtifactError> {
    use artifact::Column::{ConversationId, DeletedAt, Id, IsPinned, UpdatedAt};
    let wanted = limit as usize + 1;
    let mut select = artifact::Entity::find_in(ctx.tenant())
        .filter(visible.condition())
        .filter(DeletedAt.is_null())
        .order_by_desc(UpdatedAt)
        .order_by_desc(Id)
        .limit(wanted as u64);
    if let Some(conversation) = filter.conversation_id {
        select = select.filter(ConversationId.eq(conversation));
    }
    if let Some(is_pinned) = filter.is_pinned {
        select = select.filter(IsPinned.eq(is_pinned));
    }
    let mut rows = Vec::new();
    let mut after = after;
    // Where rows are authorised one by one, a page may need several reads.
    loop {
        let page = match after {
            Some(cursor) => select.clone().filter(cursor.rows_after(UpdatedAt, Id)),
            None => select.clone(),
        };
        let read = page.all(conn).await?;
        let is_last = read.len() < wanted;
        after = read.last().map(cursor_of);
        rows.extend(access.retain_visible::<ArtifactResource>(conn, ctx, visible, read).await?);
        if is_last || rows.len() >= wanted {
            break;
        }
    }
    let next_cursor = paging::truncate_page(&mut rows, limit, cursor_of);
    let versions: HashMap<ArtifactId, artifact_version::Model> =
        artifact_version::Entity::find_in(ctx.tenant())
            .filter(artifact_version::Column::ArtifactId.is_in(rows.iter().map(|row| row.id)))
            .order_by_asc(artifact_version::Column::Number)
            .all(conn)
            .await?
            .into_iter()
            .map(|version| (version.artifact_id, version))
            .collect();
    let items = rows
        .iter()
        .filter_map(|row| versions.get(&row.id).map(|version| artifact_view(row, version)))
        .collect();
    Ok(Page { items, next_cursor })
}

pub(super) async fn list_by_turn(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
) -> Result<Vec<ArtifactView>, StoreError> {
    let rows = artifact_version::Entity::find_in(ctx.tenant())
        .filter(artifact_version::Column::TurnId.eq(turn))
        .order_by_asc(artifact_version::Column::Id)
        .all(conn)
        .await?;
    let ids = rows.iter().map(|version| version.artifact_id);
    let artifacts: HashMap<ArtifactId, artifact::Model> = artifact::Entity::find_in(ctx.tenant())
        .filter(artifact::Column::Id.is_in(ids))
        .filter(artifact::Column::DeletedAt.is_null())
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    Ok(rows
        .iter()
        .filter_map(|version| Some(artifact_view(artifacts.get(&version.artifact_id)?, version)))
        .collect())
}

pub(super) async fn update(
    conn: &impl ConnectionTrait,
    row: artifact::Model,
    apply: impl FnOnce(&mut artifact::ActiveModel),
) -> Result<artifact::Model, StoreError> {
    let mut change = row.into_active_model();
    apply(&mut change);
    change.update(conn).await.map_err(StoreError::from)
}

pub(super) fn artifact_view(row: &artifact::Model, version: &artifact_version::Model) -> ArtifactView {
    ArtifactView {
        id: row.id,
        kind: row.kind,
        title: row.title.clone(),
        owner_id: row.owner_id,
        version: u32::try_from(version.number).unwrap_or(1),
        version_id: version.id,
        digest: data_encoding::HEXLOWER.encode(&version.digest),
        media_type: version.media_type.clone(),
        size_bytes: unsigned(version.size_bytes),
        is_pinned: row.is_pinned,
        conversation_id: row.conversation_id,
        turn_id: row.turn_id,
        tool_call_id: row.tool_call_id,
        model: row.model.clone(),
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// Returns the view of an artifact at its latest version.
pub(crate) async fn latest_view(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    row: &artifact::Model,
) -> Result<Option<ArtifactView>, StoreError> {
    Ok(find_version(conn, ctx, row, None).await?.map(|version| artifact_view(row, &version)))
}
