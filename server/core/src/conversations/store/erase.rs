//! Permanent deletion of conversations.

use chrono::{DateTime, Utc};
use penny_entity::{TenantScoped, artifact, artifact_version, conversation, turn};
use penny_kernel::{ctx::Ctx, db::StoreError};
use penny_types::{ConversationId, ToolCallId, TurnId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};

/// Lists conversations that were deleted before a time, the earliest deleted first.
pub(in crate::conversations) async fn list_deleted_before(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<ConversationId>, StoreError> {
    conversation::Entity::find_in(ctx.tenant())
        .select_only()
        .column(conversation::Column::Id)
        .filter(conversation::Column::DeletedAt.lt(before))
        .order_by_asc(conversation::Column::DeletedAt)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)
}

/// Clears the references from artifacts to a conversation and its turns.
pub(in crate::conversations) async fn detach_artifacts(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<(), StoreError> {
    use artifact::Column as A;
    use artifact_version::Column as V;
    artifact::Entity::update_in(ctx.tenant())
        .col_expr(A::ConversationId, Expr::value(None::<ConversationId>))
        .col_expr(A::TurnId, Expr::value(None::<TurnId>))
        .col_expr(A::ToolCallId, Expr::value(None::<ToolCallId>))
        .filter(Condition::any().add(A::ConversationId.eq(id)).add(A::TurnId.in_subquery(turn_ids(ctx, id))))
        .exec(conn)
        .await?;
    artifact_version::Entity::update_in(ctx.tenant())
        .col_expr(V::TurnId, Expr::value(None::<TurnId>))
        .col_expr(V::ToolCallId, Expr::value(None::<ToolCallId>))
        .filter(V::TurnId.in_subquery(turn_ids(ctx, id)))
        .exec(conn)
        .await?;
    Ok(())
}

fn turn_ids(ctx: &Ctx, id: ConversationId) -> SelectStatement {
    turn::Entity::find_in(ctx.tenant())
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::ConversationId.eq(id))
        .into_query()
}

/// Deletes a conversation; its messages, turns and events are deleted by cascade.
pub(in crate::conversations) async fn erase(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<(), StoreError> {
    conversation::Entity::delete_by_id((ctx.tenant(), id)).exec(conn).await?;
    Ok(())
}
