//! `DELETE /v1/conversations/{id}`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::PathId,
        responses::{CommonProblems, IdProblems},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{extract::State, http::StatusCode};
use penny_types::ConversationId;

/// Delete a conversation
#[utoipa::path(
    delete, path = "/v1/conversations/{id}", operation_id = "deleteConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    responses((status = 204, description = "The conversation was deleted."), CommonProblems, IdProblems),
)]
pub(crate) async fn delete(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ConversationId>,
) -> Result<StatusCode, ErrorResponse> {
    state.services.conversations.delete(&ctx, id).await.or_error_response(&ctx)?;
    Ok(StatusCode::NO_CONTENT)
}
