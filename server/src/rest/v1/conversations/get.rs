//! `GET /v1/conversations/{id}`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::PathId,
        responses::{CommonProblems, IdProblems},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_types::{ConversationId, conversations::ConversationView};

/// Get a conversation
///
/// Without its messages, which are listed by `GET /v1/conversations/{id}/messages`.
#[utoipa::path(
    get, path = "/v1/conversations/{id}", operation_id = "getConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    responses((status = 200, description = "The conversation.", body = ConversationView), CommonProblems, IdProblems),
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ConversationId>,
) -> Result<Json<ConversationView>, ErrorResponse> {
    state.services.conversations.get(&ctx, id).await.or_error_response(&ctx).map(Json)
}
