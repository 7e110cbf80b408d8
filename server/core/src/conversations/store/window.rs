//! A stretch of a path. Every query here is bounded by the window, not by the conversation.

use super::message as find_message;
use crate::{
    conversations::Error,
    ctx::Ctx,
    db::{StoreError, unsigned},
    turns::{self, Draft},
};
use penny_entity::{TenantScoped, conversation, message, message_part, turn};
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
) -> Result<MessageWindow, Error> {
    let Some(leaf_id) = request.leaf_id.or(conversation.leaf_id) else {
        return Ok(MessageWindow { items: Vec::new(), has_before: false, path_length: 0 });
    };
    let leaf = of_conversation(conn, ctx, conversation, leaf_id).await?;
    let path_length = u32::try_from(leaf.depth).unwrap_or(0) + 1;
    let start = match request.before {
        None => Some(leaf.id),
        Some(before) => of_conversation(conn, ctx, conversation, before).await?.parent_id,
    };
    let limit = request.limit();
    let rows = match start {
        Some(start) => path(conn, ctx, start, limit).await?,
        None => Vec::new(),
    };
    let has_before = rows.first().is_some_and(|row| row.depth > 0);
    let items = views(conn, ctx, conversation, rows).await?;
    Ok(MessageWindow { items, has_before, path_length })
}

pub(in crate::conversations) async fn of_conversation(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    id: MessageId,
) -> Result<message::Model, Error> {
    find_message(conn, ctx, id)
        .await?
        .filter(|row| row.conversation_id == conversation.id)
        .ok_or(Error::NoSuchMessage)
}

/// Returns the path that ends in `leaf`, oldest first, at most `limit` messages of it.
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
        [ctx.tenant.into(), leaf.into(), i32::try_from(limit).unwrap_or(i32::MAX).into()],
    );
    message::Entity::find().from_raw_sql(statement).all(conn).await.map_err(StoreError::from)
}

/// Returns the stored parts of messages, in order.
pub(crate) async fn parts(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    messages: &[message::Model],
) -> Result<HashMap<MessageId, Vec<PartView>>, StoreError> {
    let rows = message_part::Entity::find_in(ctx.tenant)
        .filter(message_part::Column::MessageId.is_in(messages.iter().map(|row| row.id)))
        .order_by_asc(message_part::Column::MessageId)
        .order_by_asc(message_part::Column::Position)
        .all(conn)
        .await?;
    let mut found: HashMap<MessageId, Vec<PartView>> = HashMap::new();
    for row in rows {
        match serde_json::from_value::<PartBody>(row.body) {
            Ok(body) => {
                found.entry(row.message_id).or_default().push(PartView {
                    id: row.id,
                    sensitivity: row.sensitivity,
                    body,
                });
            }
            Err(error) => {
                tracing::error!(part.id = %row.id, error = &error as &dyn std::error::Error, "a message part cannot be read")
            }
        }
    }
    Ok(found)
}

pub(in crate::conversations) async fn views(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    rows: Vec<message::Model>,
) -> Result<Vec<MessageView>, Error> {
    let mut parts = parts(conn, ctx, &rows).await?;
    let siblings = siblings(conn, ctx, conversation, &rows).await?;
    let originals = originals(conn, ctx, &rows).await?;
    let written_by = |row: &message::Model| {
        row.turn_id.or_else(|| row.copied_from_id.and_then(|id| originals.get(&id).copied()))
    };
    let turn_ids: Vec<TurnId> = rows.iter().filter_map(written_by).collect();
    let turns: HashMap<TurnId, turn::Model> = turn::Entity::find_in(ctx.tenant)
        .filter(turn::Column::Id.is_in(turn_ids))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let turn = written_by(&row).and_then(|id| turns.get(&id));
        let mut view = base(&row, turn, parts.remove(&row.id).unwrap_or_default());
        view.sibling_ids = siblings.get(&row.parent_id).cloned().unwrap_or_default();
        if let Some(turn) = turn.filter(|turn| row.turn_id.is_some() && !turn.status.is_over()) {
            add_live(&mut view, turn, &turns::checkpointed(conn, ctx, turn).await?);
        }
        items.push(view);
    }
    Ok(items)
}

/// Returns the turns that wrote the originals of copies, where those are still there: how an answer ended shows on
/// its copy too.
async fn originals(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    rows: &[message::Model],
) -> Result<HashMap<MessageId, TurnId>, StoreError> {
    let ids: Vec<MessageId> =
        rows.iter().filter(|row| row.turn_id.is_none()).filter_map(|row| row.copied_from_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(MessageId, Option<TurnId>)> = message::Entity::find_in(ctx.tenant)
        .select_only()
        .column(message::Column::Id)
        .column(message::Column::TurnId)
        .filter(message::Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().filter_map(|(id, turn)| Some((id, turn?))).collect())
}

fn base(row: &message::Model, turn: Option<&turn::Model>, parts: Vec<PartView>) -> MessageView {
    // A copy belongs to no turn: nobody goes on with it or follows it.
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
        // A copy was made when its original was settled; what became of that later is not the copy's.
        turn_status: turn.map(|turn| turn.status).filter(|status| own.is_some() || status.is_over()),
        turn_code: turn.and_then(|turn| turn.code.clone()),
        last_seq: own.map_or(0, |turn| unsigned(turn.last_seq)),
        text_length: own.map_or(0, |turn| unsigned(turn.text_length)),
        parts,
        created_at: row.created_at,
    }
}

/// Adds what a turn that still goes on has said up to its last checkpoint.
fn add_live(view: &mut MessageView, turn: &turn::Model, (last_seq, draft): &(u64, Draft)) {
    view.last_seq = *last_seq;
    view.text_length = draft.text_length();
    view.parts.extend(draft.parts().iter().zip(0_u32..).map(|(body, index)| PartView {
        id: part_id(turn.id, index),
        sensitivity: Sensitivity::Internal,
        body: body.clone(),
    }));
}

/// Names a turn's part before it is stored: the turn's own UUIDv7 with the part's number in its last
/// bits, so that the name stays the same when it is.
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
    let mut of_these = Condition::any().add(message::Column::ParentId.is_in(parents));
    if rows.iter().any(|row| row.parent_id.is_none()) {
        of_these = of_these.add(message::Column::ParentId.is_null());
    }
    let found: Vec<(MessageId, Option<MessageId>)> = message::Entity::find_in(ctx.tenant)
        .select_only()
        .column(message::Column::Id)
        .column(message::Column::ParentId)
        .filter(message::Column::ConversationId.eq(conversation.id))
        .filter(of_these)
        .order_by_asc(message::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let mut siblings: HashMap<Option<MessageId>, Vec<MessageId>> = HashMap::new();
    for (id, parent) in found {
        siblings.entry(parent).or_default().push(id);
    }
    Ok(siblings)
}
