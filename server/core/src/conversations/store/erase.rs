//! Removing a conversation for good.

use crate::{ctx::Ctx, db::StoreError};
use chrono::{DateTime, Utc};
use penny_entity::{TenantScoped, artifact, artifact_version, conversation, turn};
use penny_types::{ConversationId, ToolCallId, TurnId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};

/// Lists conversations that were thrown away before a moment, the longest gone first.
pub(in crate::conversations) async fn thrown_away(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<ConversationId>, StoreError> {
    conversation::Entity::find_in(ctx.tenant)
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

/// Cuts the artifacts a conversation made off from it: they outlive it.
pub(in crate::conversations) async fn let_go_of_artifacts(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<(), StoreError> {
    use artifact::Column as A;
    use artifact_version::Column as V;
    artifact::Entity::update_in(ctx.tenant)
        .col_expr(A::ConversationId, Expr::value(None::<ConversationId>))
        .col_expr(A::TurnId, Expr::value(None::<TurnId>))
        .col_expr(A::ToolCallId, Expr::value(None::<ToolCallId>))
        .filter(Condition::any().add(A::ConversationId.eq(id)).add(A::TurnId.in_subquery(turns(ctx, id))))
        .exec(conn)
        .await?;
    artifact_version::Entity::update_in(ctx.tenant)
        .col_expr(V::TurnId, Expr::value(None::<TurnId>))
        .col_expr(V::ToolCallId, Expr::value(None::<ToolCallId>))
        .filter(V::TurnId.in_subquery(turns(ctx, id)))
        .exec(conn)
        .await?;
    Ok(())
}

fn turns(ctx: &Ctx, id: ConversationId) -> SelectStatement {
    turn::Entity::find_in(ctx.tenant)
        .select_only()
        .column(turn::Column::Id)
        .filter(turn::Column::ConversationId.eq(id))
        .into_query()
}

/// Removes a conversation with its messages, turns and events.
pub(in crate::conversations) async fn erase(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: ConversationId,
) -> Result<(), StoreError> {
    conversation::Entity::delete_by_id((ctx.tenant, id)).exec(conn).await?;
    Ok(())
}
