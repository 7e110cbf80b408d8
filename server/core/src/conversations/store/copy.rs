//! Copies of messages, with their parts and what searches find of them.

use super::{ACTIVE, deepest_below};
use crate::{
    conversations::Error,
    ctx::Ctx,
    db::{Batch, StoreError},
};
use penny_entity::{TenantScoped, conversation, message, message_part, message_search, turn};
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

/// How many messages are read and written together: their parts stay within what one statement can bind.
const AT_ONCE: usize = 100;

/// Copies a path into a conversation, behind a message or as its beginning; returns the last copy's id. Copies belong
/// to no turn: what they say is settled.
pub(in crate::conversations) async fn copy(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    into: ConversationId,
    behind: Option<&message::Model>,
    path: &[message::Model],
) -> Result<Option<MessageId>, StoreError> {
    let mut last = behind.map(|row| row.id);
    let mut depth = behind.map_or(0, |row| row.depth + 1);
    for rows in path.chunks(AT_ONCE) {
        let mut names = HashMap::with_capacity(rows.len());
        let mut copies = Vec::with_capacity(rows.len());
        for row in rows {
            let id: MessageId = ctx.mint();
            names.insert(row.id, id);
            copies.push(message::Model {
                id,
                conversation_id: into,
                parent_id: last,
                depth,
                turn_id: None,
                // Of a copy's copy, the first is the original.
                copied_from_id: row.copied_from_id.or(Some(row.id)),
                ..row.clone()
            });
            last = Some(id);
            depth += 1;
        }
        let mut batch = Batch::of(conn);
        batch.push(&message::Entity::insert_many(copies.into_iter().map(fresh)));
        copy_parts(conn, ctx, into, &names, &mut batch).await?;
        batch.run(conn).await?;
    }
    Ok(last.filter(|_| !path.is_empty()))
}

async fn copy_parts(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    into: ConversationId,
    names: &HashMap<MessageId, MessageId>,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    let parts = message_part::Entity::find_in(ctx.tenant)
        .filter(message_part::Column::MessageId.is_in(names.keys().copied()))
        .order_by_asc(message_part::Column::MessageId)
        .order_by_asc(message_part::Column::Position)
        .all(conn)
        .await?;
    for rows in parts.chunks(AT_ONCE) {
        let copies = rows.iter().filter_map(|row| {
            let message_id = *names.get(&row.message_id)?;
            let mut copy = message_part::Model {
                id: ctx.mint(),
                conversation_id: into,
                message_id,
                turn_id: None,
                ..row.clone()
            };
            // A model is told of no call twice: a branch may hold the original too.
            if let Some(call) = copy.body.get_mut("callId") {
                *call = json!(ctx.mint::<ToolCallId>());
            }
            Some(fresh(copy))
        });
        batch.push(&message_part::Entity::insert_many(copies));
    }
    let found = message_search::Entity::find_in(ctx.tenant)
        .filter(message_search::Column::MessageId.is_in(names.keys().copied()))
        .all(conn)
        .await?;
    for row in found {
        let Some(&message_id) = names.get(&row.message_id) else { continue };
        let copy = message_search::Model { conversation_id: into, message_id, ..row };
        batch
            .push(&message_search::Entity::insert(message_search::ActiveModel { id: NotSet, ..fresh(copy) }));
    }
    Ok(())
}

fn fresh<A: sea_orm::ActiveModelTrait>(row: impl IntoActiveModel<A>) -> A {
    row.into_active_model().reset_all()
}

/// Refuses messages that a turn is still writing.
pub(in crate::conversations) async fn check_settled<'a>(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
    messages: impl IntoIterator<Item = &'a message::Model>,
) -> Result<(), Error> {
    let written: Vec<MessageId> = turn::Entity::find_in(ctx.tenant)
        .select_only()
        .column(turn::Column::MessageId)
        .filter(turn::Column::ConversationId.eq(id))
        .filter(turn::Column::Status.is_in(ACTIVE))
        .into_tuple()
        .all(conn)
        .await?;
    let written: HashSet<MessageId> = written.into_iter().collect();
    if messages.into_iter().any(|row| written.contains(&row.id)) {
        return Err(Error::StillRunning);
    }
    Ok(())
}

/// Returns the end of the path to `leaf`, from the message at depth `from`, oldest first.
pub(in crate::conversations) async fn tail(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    leaf: &message::Model,
    from: i32,
) -> Result<Vec<message::Model>, StoreError> {
    stretch(conn, ctx, leaf, from..leaf.depth + 1).await
}

/// Returns the messages at some depths of the path to `leaf`, oldest first.
pub(in crate::conversations) async fn stretch(
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
        [ctx.tenant.into(), leaf.id.into(), depths.start.into(), depths.end.into()],
    );
    message::Model::find_by_statement(statement).all(conn).await.map_err(StoreError::from)
}

/// Finds the end of the branch that passes through a message: the visible leaf when it is that branch, else the newest
/// message below.
pub(crate) async fn end_of_branch(
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
    deepest_below(conn, ctx, conversation.id, through).await
}

/// Finds the last message that two paths share.
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
        [ctx.tenant.into(), left.into(), right.into()],
    );
    message::Model::find_by_statement(statement).one(conn).await.map_err(StoreError::from)
}
