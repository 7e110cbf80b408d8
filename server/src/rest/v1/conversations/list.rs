//! `GET /v1/conversations`

use crate::{
    rest::{
        extract::Filter,
        refuse::OrRefuse,
        responses::{OfACaller, OfAQuery},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{Json, extract::State};
use penny_types::{Page, PageRequest, conversations::ConversationSummary};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which conversations are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Words to search titles and messages for.
    query: Option<String>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// How many at most; 30 when absent, never more than 100.
    limit: Option<u32>,
}

/// List the caller's conversations
///
/// Pinned ones first, then the latest. With `query`, those that contain its words.
#[utoipa::path(
    get, path = "/v1/conversations", operation_id = "listConversations", tag = "conversations",
    params(Which),
    responses((status = 200, description = "A page of them.", body = Page<ConversationSummary>), OfACaller, OfAQuery),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Filter(which): Filter<Which>,
) -> Result<Json<Page<ConversationSummary>>, Refusal> {
    // An empty cursor, as some programs write for none, begins at the first page.
    let cursor = which.cursor.filter(|cursor| !cursor.is_empty());
    let page = PageRequest { cursor, limit: which.limit };
    let found = state.services.conversations.list(&ctx, which.query.as_deref(), &page).await;
    found.or_refuse(&ctx).map(Json)
}
