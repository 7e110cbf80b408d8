use super::{ACTIVE, summary};
use crate::{
    access::Reach,
    conversations::Error,
    ctx::Ctx,
    db,
    paging::{self, Cursor},
};
use penny_entity::{TenantScoped, conversation, turn};
use penny_types::{ConversationId, Page, TurnId, conversations::ConversationSummary};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use std::collections::HashMap;

/// What the actor may see and nobody has thrown away, in the order of the list.
fn seen(ctx: &Ctx, reach: Reach) -> Select<conversation::Entity> {
    conversation::Entity::find_in(ctx.tenant)
        .filter(reach.of(conversation::Column::OwnerId))
        .filter(conversation::Column::DeletedAt.is_null())
        .order_by_desc(conversation::Column::IsPinned)
        .order_by_desc(conversation::Column::UpdatedAt)
        .order_by_desc(conversation::Column::Id)
}

pub(in crate::conversations) async fn list(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    reach: Reach,
    after: Option<Cursor<ConversationId>>,
    limit: u32,
) -> Result<Page<ConversationSummary>, Error> {
    let mut select = seen(ctx, reach).limit(u64::from(limit) + 1);
    if let Some(cursor) = after {
        select = select.filter(beyond(cursor));
    }
    let mut rows = select.all(conn).await?;
    let next_cursor = paging::cut(&mut rows, limit, |row| Cursor {
        is_first_group: row.is_pinned,
        updated_at: row.updated_at,
        id: row.id,
    });
    Ok(Page { items: with_turns(conn, ctx, rows).await?, next_cursor })
}

/// Finds by title and by what was said. One page: a search is narrowed, not leafed through.
pub(in crate::conversations) async fn search(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    reach: Reach,
    query: &str,
    limit: u32,
) -> Result<Page<ConversationSummary>, Error> {
    let hits = db::search::find(conn, ctx.tenant, ctx.subject(), query, u64::from(limit)).await?;
    let snippets: HashMap<ConversationId, String> = hits.into_iter().collect();
    let pattern =
        format!("%{}%", query.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let by_title = Expr::expr(Func::lower(Expr::col(conversation::Column::Title)))
        .like(LikeExpr::new(pattern).escape('\\'));
    let rows = seen(ctx, reach)
        .filter(Condition::any().add(by_title).add(conversation::Column::Id.is_in(snippets.keys().copied())))
        .limit(u64::from(limit))
        .all(conn)
        .await?;
    let mut items = with_turns(conn, ctx, rows).await?;
    for item in &mut items {
        item.snippet = snippets.get(&item.id).cloned();
    }
    Ok(Page { items, next_cursor: None })
}

/// Pinned ones come first: they are the cursor's first group.
fn beyond(cursor: Cursor<ConversationId>) -> Condition {
    use conversation::Column::{Id, IsPinned, UpdatedAt};
    let is_pinned = cursor.is_first_group;
    let same_group = Condition::all().add(IsPinned.eq(is_pinned)).add(cursor.beyond(UpdatedAt, Id));
    if is_pinned { Condition::any().add(same_group).add(IsPinned.eq(false)) } else { same_group }
}

async fn with_turns(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    rows: Vec<conversation::Model>,
) -> Result<Vec<ConversationSummary>, Error> {
    let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
    let turns: Vec<(ConversationId, TurnId)> = turn::Entity::find_in(ctx.tenant)
        .select_only()
        .column(turn::Column::ConversationId)
        .column(turn::Column::Id)
        .filter(turn::Column::ConversationId.is_in(ids))
        .filter(turn::Column::Status.is_in(ACTIVE))
        .into_tuple()
        .all(conn)
        .await?;
    let active: HashMap<ConversationId, TurnId> = turns.into_iter().collect();
    Ok(rows.iter().map(|row| summary(row, active.get(&row.id).copied())).collect())
}
