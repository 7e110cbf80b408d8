//! Windows of a path of messages. The cost of each query is bounded by the window, not by the conversation.

use super::find_message;
use crate::{
    conversations::ConversationError,
    turns::{self, TurnContent},
};
use penny_entity::{TenantScoped, conversation, message, message_part, turn};
use penny_kernel::{
    ctx::Ctx,
    db::{StoreError, unsigned},
};
use penny_types::{
    MessageId, PartId, TurnId,
    conversations::{MessageView, MessageWindow, MessageWindowRequest, PartBody, PartView, Sensitivity},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use std::collections::HashMap;

pub(in crate::conversations) async fn window(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    request: &MessageWindowRequest,
) -> Result<MessageWindow, ConversationError> {
    let Some(leaf_id) = request.leaf_id.or(conversation.leaf_id) else {
        return Ok(MessageWindow { items: Vec::new(), has_before: false, path_length: 0 });
    };
    let leaf = get_message(conn, ctx, conversation, leaf_id).await?;
    let path_length = u32::try_from(leaf.depth).unwrap_or(0) + 1;
    let start = match request.before {
        None => Some(leaf.id),
        Some(before) => get_message(conn, ctx, conversation, before).await?.parent_id,
    };
    let limit = request.limit();
    let rows = match start {
        Some(start) => path(conn, ctx, start, limit).await?,
        None => Vec::new(),
    };
    let has_before = rows.first().is_some_and(|row| row.depth > 0);
    let items = message_views(conn, ctx, conversation, rows).await?;
    Ok(MessageWindow { items, has_before, path_length })
}

/// Returns a message of a conversation.
///
/// # Errors
/// [`ConversationError::MessageNotFound`] if it does not exist or belongs to another conversation.
pub(in crate::conversations) async fn get_message(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    id: MessageId,
) -> Result<message::Model, ConversationError> {
    find_message(conn, ctx, id)
        .await?
        .filter(|row| row.conversation_id == conversation.id)
        .ok_or(ConversationError::MessageNotFound)
}

/// Returns the last `limit` messages of the path to `leaf`, oldest first.
pub(crate) async fn path(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    leaf: MessageId,
    limit: u32,
) -> Result<Vec<message::Model>, StoreError> {
    let statement = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "WITH RECURSIVE path(id, parent_id, n) AS (
             SELECT id, parent_id, 1 FROM message WHERE tenant_id = $1 AND id = $2
             UNION ALL
             SELECT m.id, m.parent_id, p.n + 1 FROM message m JOIN path p ON m.id = p.parent_id
             WHERE m.tenant_id = $1 AND p.n < $3
         )
         SELECT m.* FROM path p JOIN message m ON m.tenant_id = $1 AND m.id = p.id ORDER BY m.depth",
        [ctx.tenant().into(), leaf.into(), i32::try_from(limit).unwrap_or(i32::MAX).into()],
    );
    message::Entity::find().from_raw_sql(statement).all(conn).await.map_err(StoreError::from)
}

/// Returns the stored parts of messages by message, in order. Parts that cannot be deserialised are skipped.
pub(crate) async fn parts(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    messages: &[message::Model],
) -> Result<HashMap<MessageId, Vec<PartView>>, StoreError> {
    let rows = message_part::Entity::find_in(ctx.tenant())
        .filter(message_part::Column::MessageId.is_in(messages.iter().map(|row| row.id)))
        .order_by_asc(message_part::Column::MessageId)
        .order_by_asc(message_part::Column::Position)
        .all(conn)
        .await?;
    let mut by_message: HashMap<MessageId, Vec<PartView>> = HashMap::new();
    for row in rows {
        match serde_json::from_value::<PartBody>(row.body) {
            Ok(body) => {
                by_message.entry(row.message_id).or_default().push(PartView {
                    id: row.id,
                    sensitivity: row.sensitivity,
                    body,
                });
            }
            Err(error) => {
                tracing::error!(part.id = %row.id, error = &error as &dyn std::error::Error, "cannot deserialise a message part")
            }
        }
    }
    Ok(by_message)
}

pub(in crate::conversations) async fn message_views(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    rows: Vec<message::Model>,
) -> Result<Vec<MessageView>, ConversationError> {
    let mut parts = parts(conn, ctx, &rows).await?;
    let siblings = siblings(conn, ctx, conversation, &rows).await?;
    let original_turns = original_turns(conn, ctx, &rows).await?;
    let turn_of = |row: &message::Model| {
        row.turn_id.or_else(|| row.copied_from_id.and_then(|id| original_turns.get(&id).copied()))
    };
    let turn_ids: Vec<TurnId> = rows.iter().filter_map(turn_of).collect();
    let turns: HashMap<TurnId, turn::Model> = turn::Entity::find_in(ctx.tenant())
        .filter(turn::Column::Id.is_in(turn_ids))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let turn = turn_of(&row).and_then(|id| turns.get(&id));
        let mut view = stored_view(&row, turn, parts.remove(&row.id).unwrap_or_default());
        view.sibling_ids = siblings.get(&row.parent_id).cloned().unwrap_or_default();
        if let Some(turn) = turn.filter(|turn| row.turn_id.is_some() && !turn.status.is_terminal()) {
            add_live_content(&mut view, turn, &turns::read_content(conn, ctx, turn).await?);
        }
        items.push(view);
    }
    Ok(items)
}

/// Returns the turns of the originals of copied messages, so that a copy shows how its original ended.
/// Originals that no longer exist are omitted.
async fn original_turns(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    rows: &[message::Model],
) -> Result<HashMap<MessageId, TurnId>, StoreError> {
    let ids: Vec<MessageId> =
        rows.iter().filter(|row| row.turn_id.is_none()).filter_map(|row| row.copied_from_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let turns: Vec<(MessageId, Option<TurnId>)> = message::Entity::find_in(ctx.tenant())
        .select_only()
        .column(message::Column::Id)
        .column(message::Column::TurnId)
        .filter(message::Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(turns.into_iter().filter_map(|(id, turn)| Some((id, turn?))).collect())
}

fn stored_view(row: &message::Model, turn: Option<&turn::Model>, parts: Vec<PartView>) -> MessageView {
    // A copy has no turn of its own, so it cannot be continued or followed.
    let own = turn.filter(|_| row.turn_id.is_some());
    MessageView {
        id: row.id,
        conversation_id: row.conversation_id,
        parent_id: row.parent_id,
        author: row.author,
        depth: u32::try_from(row.depth).unwrap_or(0),
        sibling_ids: Vec::new(),
        model: row.model.clone(),
        copied_from_id: row.copied_from_id,
        turn_id: own.map(|turn| turn.id),
        // The original was final when it was copied; a turn that continues it later does not affect the copy.
        turn_status: turn.map(|turn| turn.status).filter(|status| own.is_some() || status.is_terminal()),
        turn_code: turn.and_then(|turn| turn.code.clone()),
        last_seq: own.map_or(0, |turn| unsigned(turn.last_seq)),
        text_length: own.map_or(0, |turn| unsigned(turn.text_length)),
        parts,
        created_at: row.created_at,
    }
}

/// Adds the content of a running turn up to its last checkpoint.
fn add_live_content(view: &mut MessageView, turn: &turn::Model, (last_seq, content): &(u64, TurnContent)) {
    view.last_seq = *last_seq;
    view.text_length = content.text_length();
    view.parts.extend(content.parts().iter().zip(0_u32..).map(|(body, index)| PartView {
        id: part_id(turn.id, index),
        sensitivity: Sensitivity::Internal,
        body: body.clone(),
    }));
}

/// Returns the id of a turn's part: the turn's UUIDv7 XOR (index + 1). It is the same before and after the
/// part is stored.
pub(crate) fn part_id(turn: TurnId, index: u32) -> PartId {
    PartId(uuid::Uuid::from_u128(turn.uuid().as_u128() ^ (u128::from(index) + 1)))
}

async fn siblings(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    rows: &[message::Model],
) -> Result<HashMap<Option<MessageId>, Vec<MessageId>>, StoreError> {
    let parents: Vec<MessageId> = rows.iter().filter_map(|row| row.parent_id).collect();
    let mut parent_filter = Condition::any().add(message::Column::ParentId.is_in(parents));
    if rows.iter().any(|row| row.parent_id.is_none()) {
        parent_filter = parent_filter.add(message::Column::ParentId.is_null());
    }
    let pairs: Vec<(MessageId, Option<MessageId>)> = message::Entity::find_in(ctx.tenant())
        .select_only()
        .column(message::Column::Id)
        .column(message::Column::ParentId)
        .filter(message::Column::ConversationId.eq(conversation.id))
        .filter(parent_filter)
        .order_by_asc(message::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let mut siblings: HashMap<Option<MessageId>, Vec<MessageId>> = HashMap::new();
    for (id, parent) in pairs {
        siblings.entry(parent).or_default().push(id);
    }
    Ok(siblings)
}
