//! Queries on the stored events of turns.

use super::{signed, unsigned};
use crate::turns::{content::TurnContent, event_record::EventRecord};
use penny_entity::{TenantScoped, event_checkpoint, turn};
use penny_kernel::{ctx::Ctx, db::StoreError};
use penny_types::TurnId;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// Rows per statement, which keeps the bound values within the limit of the databases.
const ROWS_PER_STATEMENT: usize = 500;

/// Appends events of several turns.
pub(in crate::turns) async fn append_events(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turns: &[(TurnId, Vec<EventRecord>)],
) -> Result<(), StoreError> {
    for chunk in turns.chunks(ROWS_PER_STATEMENT) {
        let rows = chunk.iter().filter_map(|(turn, records)| {
            let (first, last) = (records.first()?, records.last()?);
            Some(event_checkpoint::ActiveModel {
                tenant_id: Set(ctx.tenant()),
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

/// Returns the event records of a turn that end after number `after`, in order. Records that cannot be
/// deserialised are skipped.
pub(in crate::turns) async fn read_events(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: TurnId,
    after: u64,
) -> Result<Vec<EventRecord>, StoreError> {
    let rows = event_checkpoint::Entity::find_in(ctx.tenant())
        .filter(event_checkpoint::Column::TurnId.eq(turn))
        .filter(event_checkpoint::Column::LastSeq.gt(signed(after)))
        .order_by_asc(event_checkpoint::Column::LastSeq)
        .all(conn)
        .await?;
    let mut records = Vec::new();
    for row in rows {
        match serde_json::from_str::<Vec<EventRecord>>(&row.events) {
            Ok(row_records) => records.extend(row_records),
            Err(error) => {
                tracing::error!(turn.id = %turn, error = &error as &dyn std::error::Error, "cannot deserialise a checkpoint")
            }
        }
    }
    Ok(records)
}

/// Returns the content of a turn up to its last checkpoint and the number of the last event in it.
pub(crate) async fn read_content(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    turn: &turn::Model,
) -> Result<(u64, TurnContent), StoreError> {
    let mut content = TurnContent::starting_at(unsigned(turn.text_offset_start));
    let mut last_seq = 0;
    for record in read_events(conn, ctx, turn.id, 0).await? {
        content.apply(record.body());
        last_seq = record.last_seq();
    }
    Ok((last_seq, content))
}
