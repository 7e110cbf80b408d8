//! Queries on conversations and messages.

mod copy;
mod erase;
mod list;
mod window;

pub(crate) use copy::branch_leaf;
pub(super) use copy::{copy, ensure_not_running, last_common, path_from, path_range};
pub(super) use erase::{detach_artifacts, erase, list_deleted_before};
pub(super) use list::{list, search};
pub(super) use window::{get_message, message_views, window};
pub(crate) use window::{part_id, parts, path};

use super::ConversationError;
use penny_entity::{TenantScoped, conversation, message, turn};
use penny_kernel::{ctx::Ctx, db::StoreError};
use penny_types::{
    ConversationId, MessageId, TurnId,
    conversations::{ConversationSummary, ConversationView, Origin},
    turns::TurnStatus,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Statement, sea_query::Expr,
};

/// The non-terminal turn states.
pub(crate) const ACTIVE: [TurnStatus; 3] = [TurnStatus::Queued, TurnStatus::Running, TurnStatus::Waiting];

pub(super) struct NewConversationRow {
    pub title: Option<String>,
    pub model: Option<String>,
    pub origin: Origin,
    pub forked_from: Option<ConversationId>,
}

pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    new: NewConversationRow,
) -> Result<conversation::Model, StoreError> {
    let now = ctx.now();
    let row = conversation::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        owner_id: Set(ctx.subject()),
        workspace_id: Set(None),
        title: Set(new.title),
        is_pinned: Set(false),
        labels: Set(serde_json::json!([])),
        origin: Set(new.origin),
        external_thread_key: Set(None),
        model: Set(new.model),
        leaf_id: Set(None),
        forked_from_id: Set(new.forked_from),
        draft: Set(String::new()),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
    };
    row.insert(conn).await.map_err(StoreError::from)
}

pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<Option<conversation::Model>, StoreError> {
    Ok(find_including_deleted(conn, ctx, id).await?.filter(|row| row.deleted_at.is_none()))
}

/// Finds a conversation and locks its row until the transaction ends.
pub(super) async fn lock(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<Option<conversation::Model>, StoreError> {
    let row = conversation::Entity::find_by_id((ctx.tenant(), id)).lock_exclusive().one(conn).await?;
    Ok(row.filter(|row| row.deleted_at.is_none()))
}

/// Sets the leaf of the visible branch without changing `updated_at`.
pub(crate) async fn set_leaf(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
    leaf: MessageId,
) -> Result<(), StoreError> {
    conversation::Entity::update_in(ctx.tenant())
        .col_expr(conversation::Column::LeafId, Expr::value(leaf))
        .filter(conversation::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Returns the queued and running turns of a conversation, without the waiting ones.
pub(super) async fn running_turns(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<Vec<TurnId>, StoreError> {
    turn::Entity::find_in(ctx.tenant())
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::ConversationId.eq(id))
        .filter(turn::Column::Status.is_in([TurnStatus::Queued, TurnStatus::Running]))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)
}

pub(super) async fn find_including_deleted(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<Option<conversation::Model>, StoreError> {
    conversation::Entity::find_by_id((ctx.tenant(), id)).one(conn).await.map_err(StoreError::from)
}

pub(crate) async fn find_message(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: MessageId,
) -> Result<Option<message::Model>, StoreError> {
    message::Entity::find_by_id((ctx.tenant(), id)).one(conn).await.map_err(StoreError::from)
}

pub(super) async fn update(
    conn: &impl ConnectionTrait,
    row: conversation::Model,
    title: Option<String>,
    is_pinned: Option<bool>,
    draft: Option<String>,
    leaf: Option<MessageId>,
) -> Result<conversation::Model, StoreError> {
    let mut change = row.clone().into_active_model();
    if let Some(title) = title {
        change.title = Set(Some(title));
    }
    if let Some(is_pinned) = is_pinned {
        change.is_pinned = Set(is_pinned);
    }
    if let Some(draft) = draft {
        change.draft = Set(draft);
    }
    if let Some(leaf) = leaf {
        change.leaf_id = Set(Some(leaf));
    }
    if !change.is_changed() {
        return Ok(row);
    }
    change.update(conn).await.map_err(StoreError::from)
}

/// Sets the leaf of the visible branch to a new message and updates `updated_at`.
pub(super) async fn advance_leaf(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    row: conversation::Model,
    leaf: MessageId,
) -> Result<conversation::Model, StoreError> {
    let mut change = row.into_active_model();
    change.leaf_id = Set(Some(leaf));
    change.updated_at = Set(ctx.now());
    change.update(conn).await.map_err(StoreError::from)
}

pub(super) async fn set_deleted(
    conn: &impl ConnectionTrait,
    row: conversation::Model,
    when: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<conversation::Model, StoreError> {
    let mut change = row.into_active_model();
    change.deleted_at = Set(when);
    change.update(conn).await.map_err(StoreError::from)
}

/// Returns the newest non-terminal turn of a conversation.
pub(crate) async fn active_turn(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<Option<TurnId>, StoreError> {
    turn::Entity::find_in(ctx.tenant())
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::ConversationId.eq(id))
        .filter(turn::Column::Status.is_in(ACTIVE))
        .order_by_desc(turn::Column::Id)
        .into_tuple()
        .one(conn)
        .await
        .map_err(StoreError::from)
}

#[derive(FromQueryResult)]
struct MessageIdRow {
    id: MessageId,
}

/// Returns the newest message of a subtree. It is a leaf, since a child is always newer than its parent.
pub(crate) async fn newest_descendant(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<MessageId>, StoreError> {
    let statement = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "WITH RECURSIVE below(id) AS (
             SELECT id FROM message WHERE tenant_id = $1 AND conversation_id = $2 AND id = $3
             UNION ALL
             SELECT m.id FROM message m JOIN below b ON m.parent_id = b.id WHERE m.tenant_id = $1
         )
         SELECT id FROM below ORDER BY id DESC LIMIT 1",
        [ctx.tenant().into(), conversation.into(), message.into()],
    );
    let row = MessageIdRow::find_by_statement(statement).one(conn).await?;
    Ok(row.map(|row| row.id))
}

pub(crate) fn summary(row: &conversation::Model, active: Option<TurnId>) -> ConversationSummary {
    ConversationSummary {
        id: row.id,
        title: row.title.clone(),
        is_pinned: row.is_pinned,
        updated_at: row.updated_at,
        snippet: None,
        active_turn_id: active,
    }
}

/// Returns the view of a conversation. The draft is private to the owner.
pub(super) fn view(ctx: &Ctx, row: conversation::Model, active: Option<TurnId>) -> ConversationView {
    ConversationView {
        id: row.id,
        owner_id: row.owner_id,
        title: row.title,
        is_pinned: row.is_pinned,
        origin: row.origin,
        model: row.model,
        leaf_id: row.leaf_id,
        forked_from_id: row.forked_from_id,
        draft: if row.owner_id == ctx.subject() { row.draft } else { String::new() },
        active_turn_id: active,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

impl From<sea_orm::DbErr> for ConversationError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}
