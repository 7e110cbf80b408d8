//! `GET /v1/conversations`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::QueryParams,
        responses::{CommonProblems, QueryProblems},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_types::{Page, PageRequest, conversations::ConversationSummary};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListConversationsQuery {
    /// Words to search for in titles and messages.
    query: Option<String>,
    /// The `nextCursor` of the previous page.
    cursor: Option<String>,
    /// The page size. Default 30, maximum 100.
    limit: Option<u32>,
}

/// List the caller's conversations
///
/// Pinned conversations first, then the most recently updated. With `query`, only those that contain its words.
#[utoipa::path(
    get, path = "/v1/conversations", operation_id = "listConversations", tag = "conversations",
    params(ListConversationsQuery),
    responses((status = 200, description = "A page of conversations.", body = Page<ConversationSummary>), CommonProblems, QueryProblems),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    QueryParams(params): QueryParams<ListConversationsQuery>,
) -> Result<Json<Page<ConversationSummary>>, ErrorResponse> {
    // An empty cursor, which some clients send instead of none, means the first page.
    let cursor = params.cursor.filter(|cursor| !cursor.is_empty());
    let request = PageRequest { cursor, limit: params.limit };
    let page = state.services.conversations.list(&ctx, params.query.as_deref(), &request).await;
    page.or_error_response(&ctx).map(Json)
}
