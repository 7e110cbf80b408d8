//! Rows of events: what a turn has said, in the order it said it.

use super::{signed, unsigned};
use crate::{
    ctx::Ctx,
    db::StoreError,
    turns::{draft::Draft, record::Record},
};
use penny_entity::{TenantScoped, event_checkpoint, turn};
use penny_types::TurnId;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// Adds events of several turns in as few statements as the databases allow.
pub(in crate::turns) async fn append(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turns: &[(TurnId, Vec<Record>)],
) -> Result<(), StoreError> {
    for some in turns.chunks(500) {
        let rows = some.iter().filter_map(|(turn, records)| {
            let (first, last) = (records.first()?, records.last()?);
            Some(event_checkpoint::ActiveModel {
                tenant_id: Set(ctx.tenant),
                turn_id: Set(*turn),
                last_seq: Set(signed(last.last_seq())),
                first_seq: Set(signed(first.first_seq())),
                events: Set(serde_json::to_string(records).ok()?),
            })
        });
        event_checkpoint::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Reads a turn's events that end after `after`, in order.
pub(in crate::turns) async fn records(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
    after: u64,
) -> Result<Vec<Record>, StoreError> {
    let rows = event_checkpoint::Entity::find_in(ctx.tenant)
        .filter(event_checkpoint::Column::TurnId.eq(turn))
        .filter(event_checkpoint::Column::LastSeq.gt(signed(after)))
        .order_by_asc(event_checkpoint::Column::LastSeq)
        .all(conn)
        .await?;
    let mut records = Vec::new();
    for row in rows {
        match serde_json::from_str::<Vec<Record>>(&row.events) {
            Ok(some) => records.extend(some),
            Err(error) => {
                tracing::error!(turn.id = %turn, error = &error as &dyn std::error::Error, "a checkpoint cannot be read")
            }
        }
    }
    Ok(records)
}

/// Folds what a turn has said up to its last checkpoint; with the number of the last event in it.
pub(crate) async fn checkpointed(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: &turn::Model,
) -> Result<(u64, Draft), StoreError> {
    let mut draft = Draft::starting_at(unsigned(turn.text_offset_start));
    let mut last_seq = 0;
    for record in records(conn, ctx, turn.id, 0).await? {
        draft.apply(record.body());
        last_seq = record.last_seq();
    }
    Ok((last_seq, draft))
}
