//! Insertion of messages and their parts.

use penny_entity::{TenantScoped, message, message_part};
use penny_kernel::{
    ctx::Ctx,
    db::{Batch, StoreError, storable_json},
};
use penny_types::{
    ConversationId, MessageId, TurnId,
    conversations::{Author, PartBody, Sensitivity},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect,
};

pub(in crate::turns) struct NewMessageRow {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub parent: Option<MessageId>,
    pub depth: i32,
    pub author: Author,
    pub model: Option<String>,
    pub turn: Option<TurnId>,
}

pub(in crate::turns) fn insert_messages(
    batch: &mut Batch,
    ctx: &Ctx,
    new: impl IntoIterator<Item = NewMessageRow>,
) {
    let rows = new.into_iter().map(|new| message::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(new.id),
        conversation_id: Set(new.conversation),
        parent_id: Set(new.parent),
        author: Set(new.author),
        principal_id: Set((new.author == Author::User).then(|| ctx.subject())),
        depth: Set(new.depth),
        model: Set(new.model),
        copied_from_id: Set(None),
        turn_id: Set(new.turn),
        sensitivity: Set(Sensitivity::Internal),
        created_at: Set(ctx.now()),
    });
    batch.push(&message::Entity::insert_many(rows));
}

/// Appends parts to a message.
pub(in crate::turns) async fn append_parts(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    target: (ConversationId, MessageId),
    turn: TurnId,
    parts: &[PartBody],
) -> Result<(), StoreError> {
    if parts.is_empty() {
        return Ok(());
    }
    let first = message_part::Entity::find_in(ctx.tenant())
        .select_only()
        .column_as(message_part::Column::Position.max(), "last")
        .filter(message_part::Column::MessageId.eq(target.1))
        .into_tuple::<Option<i32>>()
        .one(conn)
        .await?
        .flatten()
        .map_or(0, |last| last + 1);
    let mut batch = Batch::new(conn);
    insert_parts(&mut batch, ctx, target, turn, first, parts);
    batch.execute(conn).await
}

/// Writes parts of a message at consecutive positions from `first` on.
pub(in crate::turns) fn insert_parts(
    batch: &mut Batch,
    ctx: &Ctx,
    (conversation, message): (ConversationId, MessageId),
    turn: TurnId,
    first: i32,
    parts: &[PartBody],
) {
    if parts.is_empty() {
        return;
    }
    let now = ctx.now();
    let rows = parts.iter().zip(0_u32..).zip(first..).map(|((body, index), position)| {
        // The output of models and tools may contain NUL, which PostgreSQL cannot store.
        let value = storable_json(serde_json::to_value(body).unwrap_or_default());
        message_part::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(crate::conversations::store::part_id(turn, index)),
            conversation_id: Set(conversation),
            message_id: Set(message),
            position: Set(position),
            kind: Set(value.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned()),
            version: Set(1),
            body: Set(value),
            sensitivity: Set(Sensitivity::Internal),
            pseudonym_map_ref: Set(None),
            turn_id: Set(Some(turn)),
            created_at: Set(now),
        }
    });
    batch.push(&message_part::Entity::insert_many(rows));
}

/// Sets the last turn of a message.
pub(in crate::turns) async fn set_turn(
    conn: &impl ConnectionTrait,
    row: message::Model,
    turn: TurnId,
) -> Result<(), StoreError> {
    let mut change = row.into_active_model();
    change.turn_id = Set(Some(turn));
    change.update(conn).await?;
    Ok(())
}
