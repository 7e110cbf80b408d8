use super::{ACTIVE, summary};
use crate::conversations::{ConversationError, ConversationResource};
use penny_entity::{TenantScoped, conversation, turn};
use penny_kernel::{
    access::{Access, ListFilter},
    ctx::Ctx,
    db,
    paging::{self, Cursor},
};
use penny_types::{ConversationId, Page, TurnId, conversations::ConversationSummary};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use std::collections::HashMap;

/// Selects the conversations that the caller may see and that are not deleted, in list order.
fn visible(ctx: &Ctx, filter: &ListFilter) -> Select<conversation::Entity> {
    conversation::Entity::find_in(ctx.tenant())
        .filter(filter.condition())
        .filter(conversation::Column::DeletedAt.is_null())
        .order_by_desc(conversation::Column::IsPinned)
        .order_by_desc(conversation::Column::UpdatedAt)
        .order_by_desc(conversation::Column::Id)
}

pub(in crate::conversations) async fn list(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (access, filter): (&Access, &ListFilter),
    after: Option<Cursor<ConversationId>>,
    limit: u32,
) -> Result<Page<ConversationSummary>, ConversationError> {
    let wanted = limit as usize + 1;
    let mut rows = Vec::new();
    let mut after = after;
    // Where rows are authorised one by one, a page may need several reads.
    loop {
        let mut select = visible(ctx, filter).limit(wanted as u64);
        if let Some(cursor) = after {
            select = select.filter(after_cursor(cursor));
        }
        let read = select.all(conn).await?;
        let is_last = read.len() < wanted;
        after = read.last().map(cursor_of);
        rows.extend(access.retain_visible::<ConversationResource>(conn, ctx, filter, read).await?);
        if is_last || rows.len() >= wanted {
            break;
        }
    }
    let next_cursor = paging::truncate_page(&mut rows, limit, cursor_of);
    Ok(Page { items: summaries(conn, ctx, rows).await?, next_cursor })
}

const fn cursor_of(row: &conversation::Model) -> Cursor<ConversationId> {
    Cursor { is_first_group: row.is_pinned, updated_at: row.updated_at, id: row.id }
}

/// Searches the titles of visible conversations and the messages of own ones. Returns one page without a cursor.
pub(in crate::conversations) async fn search(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    (access, filter): (&Access, &ListFilter),
    query: &str,
    limit: u32,
) -> Result<Page<ConversationSummary>, ConversationError> {
    let hits =
        db::search::search_conversations(conn, ctx.tenant(), ctx.subject(), query, u64::from(limit)).await?;
    let snippets: HashMap<ConversationId, String> = hits.into_iter().collect();
    let pattern =
        format!("%{}%", query.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let by_title = Expr::expr(Func::lower(Expr::col(conversation::Column::Title)))
        .like(LikeExpr::new(pattern).escape('\\'));
    let rows = visible(ctx, filter)
        .filter(Condition::any().add(by_title).add(conversation::Column::Id.is_in(snippets.keys().copied())))
        .limit(u64::from(limit))
        .all(conn)
        .await?;
    let rows = access.retain_visible::<ConversationResource>(conn, ctx, filter, rows).await?;
    let mut items = summaries(conn, ctx, rows).await?;
    for item in &mut items {
        item.snippet = snippets.get(&item.id).cloned();
    }
    Ok(Page { items, next_cursor: None })
}

/// Returns the condition for the rows after a cursor, whose first group is the pinned conversations.
fn after_cursor(cursor: Cursor<ConversationId>) -> Condition {
    use conversation::Column::{Id, IsPinned, UpdatedAt};
    let is_pinned = cursor.is_first_group;
    let same_group = Condition::all().add(IsPinned.eq(is_pinned)).add(cursor.rows_after(UpdatedAt, Id));
    if is_pinned { Condition::any().add(same_group).add(IsPinned.eq(false)) } else { same_group }
}

async fn summaries(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    rows: Vec<conversation::Model>,
) -> Result<Vec<ConversationSummary>, ConversationError> {
    let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
    let turns: Vec<(ConversationId, TurnId)> = turn::Entity::find_in(ctx.tenant())
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
