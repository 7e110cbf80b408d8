//! Copying messages with their parts and search entries, and queries over paths of messages.

use super::{ACTIVE, newest_descendant};
use crate::conversations::ConversationError;
use penny_entity::{TenantScoped, conversation, message, message_part, message_search, turn};
use penny_kernel::{
    ctx::Ctx,
    db::{Batch, StoreError},
};
use penny_types::{ConversationId, MessageId, ToolCallId};
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::json;
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// Rows that are copied per statement, which keeps the bound values within the limit of the databases.
const COPY_BATCH_SIZE: usize = 100;

/// Copies a path into a conversation, below `parent` or as its root, and returns the id of the last copy.
/// Copies have no turn because their content is final.
pub(in crate::conversations) async fn copy(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    into: ConversationId,
    parent: Option<&message::Model>,
    path: &[message::Model],
) -> Result<Option<MessageId>, StoreError> {
    let mut last = parent.map(|row| row.id);
    let mut depth = parent.map_or(0, |row| row.depth + 1);
    for rows in path.chunks(COPY_BATCH_SIZE) {
        let mut new_ids = HashMap::with_capacity(rows.len());
        let mut copies = Vec::with_capacity(rows.len());
        for row in rows {
            let id: MessageId = ctx.new_id();
            new_ids.insert(row.id, id);
            copies.push(message::Model {
                id,
                conversation_id: into,
                parent_id: last,
                depth,
                turn_id: None,
                // A copy of a copy refers to the original.
                copied_from_id: row.copied_from_id.or(Some(row.id)),
                ..row.clone()
            });
            last = Some(id);
            depth += 1;
        }
        let mut batch = Batch::new(conn);
        batch.push(&message::Entity::insert_many(copies.into_iter().map(into_insert)));
        copy_parts(conn, ctx, into, &new_ids, &mut batch).await?;
        batch.execute(conn).await?;
    }
    Ok(last.filter(|_| !path.is_empty()))
}

async fn copy_parts(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    into: ConversationId,
    new_ids: &HashMap<MessageId, MessageId>,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    let parts = message_part::Entity::find_in(ctx.tenant())
        .filter(message_part::Column::MessageId.is_in(new_ids.keys().copied()))
        .order_by_asc(message_part::Column::MessageId)
        .order_by_asc(message_part::Column::Position)
        .all(conn)
        .await?;
    for rows in parts.chunks(COPY_BATCH_SIZE) {
        let copies = rows.iter().filter_map(|row| {
            let message_id = *new_ids.get(&row.message_id)?;
            let mut copy = message_part::Model {
                id: ctx.new_id(),
                conversation_id: into,
                message_id,
                turn_id: None,
                ..row.clone()
            };
            // The branch may contain the original call too; call ids in a prompt must be unique.
            if let Some(call) = copy.body.get_mut("callId") {
                *call = json!(ctx.new_id::<ToolCallId>());
            }
            Some(into_insert(copy))
        });
        batch.push(&message_part::Entity::insert_many(copies));
    }
    let entries = message_search::Entity::find_in(ctx.tenant())
        .filter(message_search::Column::MessageId.is_in(new_ids.keys().copied()))
        .all(conn)
        .await?;
    for row in entries {
        let Some(&message_id) = new_ids.get(&row.message_id) else { continue };
        let copy = message_search::Model { conversation_id: into, message_id, ..row };
        batch.push(&message_search::Entity::insert(message_search::ActiveModel {
            id: NotSet,
            ..into_insert(copy)
        }));
    }
    Ok(())
}

fn into_insert<A: sea_orm::ActiveModelTrait>(row: impl IntoActiveModel<A>) -> A {
    row.into_active_model().reset_all()
}

/// Returns an error if a turn is still writing one of the messages.
pub(in crate::conversations) async fn ensure_not_running<'a>(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
    messages: impl IntoIterator<Item = &'a message::Model>,
) -> Result<(), ConversationError> {
    let active: Vec<MessageId> = turn::Entity::find_in(ctx.tenant())
        .select_only()
        .column(turn::Column::MessageId)
        .filter(turn::Column::ConversationId.eq(id))
        .filter(turn::Column::Status.is_in(ACTIVE))
        .into_tuple()
        .all(conn)
        .await?;
    let active: HashSet<MessageId> = active.into_iter().collect();
    if messages.into_iter().any(|row| active.contains(&row.id)) {
        return Err(ConversationError::TurnRunning);
    }
    Ok(())
}

/// Returns the messages of the path to `leaf` from depth `from` on, oldest first.
pub(in crate::conversations) async fn path_from(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    leaf: &message::Model,
    from: i32,
) -> Result<Vec<message::Model>, StoreError> {
    path_range(conn, ctx, leaf, from..leaf.depth + 1).await
}

/// Returns the messages of the path to `leaf` whose depth is in `depths`, oldest first.
pub(in crate::conversations) async fn path_range(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    leaf: &message::Model,
    depths: Range<i32>,
) -> Result<Vec<message::Model>, StoreError> {
    let statement = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "WITH RECURSIVE path(id, parent_id, depth) AS (
             SELECT id, parent_id, depth FROM message WHERE tenant_id = $1 AND id = $2
             UNION ALL
             SELECT m.id, m.parent_id, m.depth FROM message m JOIN path p ON m.id = p.parent_id
             WHERE m.tenant_id = $1 AND m.depth >= $3
         )
         SELECT m.* FROM path p JOIN message m ON m.tenant_id = $1 AND m.id = p.id
         WHERE m.depth >= $3 AND m.depth < $4 ORDER BY m.depth",
        [ctx.tenant().into(), leaf.id.into(), depths.start.into(), depths.end.into()],
    );
    message::Model::find_by_statement(statement).all(conn).await.map_err(StoreError::from)
}

/// Returns the leaf of the branch through a message: the visible leaf if its path contains the message, else
/// the newest message below it.
pub(crate) async fn branch_leaf(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    through: MessageId,
) -> Result<Option<MessageId>, StoreError> {
    if let Some(leaf) = conversation.leaf_id {
        let common = last_common(conn, ctx, leaf, through).await?;
        if common.is_some_and(|common| common.id == through) {
            return Ok(Some(leaf));
        }
    }
    newest_descendant(conn, ctx, conversation.id, through).await
}

/// Returns the last common message of two paths.
pub(in crate::conversations) async fn last_common(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    left: MessageId,
    right: MessageId,
) -> Result<Option<message::Model>, StoreError> {
    let statement = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "WITH RECURSIVE one(id, parent_id) AS (
             SELECT id, parent_id FROM message WHERE tenant_id = $1 AND id = $2
             UNION ALL
             SELECT m.id, m.parent_id FROM message m JOIN one p ON m.id = p.parent_id WHERE m.tenant_id = $1
         ), other(id, parent_id) AS (
             SELECT id, parent_id FROM message WHERE tenant_id = $1 AND id = $3
             UNION ALL
             SELECT m.id, m.parent_id FROM message m JOIN other p ON m.id = p.parent_id WHERE m.tenant_id = $1
         )
         SELECT m.* FROM message m
         WHERE m.tenant_id = $1 AND m.id IN (SELECT id FROM one) AND m.id IN (SELECT id FROM other)
         ORDER BY m.depth DESC LIMIT 1",
        [ctx.tenant().into(), left.into(), right.into()],
    );
    message::Model::find_by_statement(statement).one(conn).await.map_err(StoreError::from)
}
