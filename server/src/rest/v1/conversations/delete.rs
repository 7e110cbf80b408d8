//! `DELETE /v1/conversations/{id}`

use crate::{
    rest::{
        extract::Id,
        refuse::OrRefuse,
        responses::{OfACaller, OfAnId},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{extract::State, http::StatusCode};
use penny_types::ConversationId;

/// Delete a conversation
#[utoipa::path(
    delete, path = "/v1/conversations/{id}", operation_id = "deleteConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    responses((status = 204, description = "It is gone."), OfACaller, OfAnId),
)]
pub(crate) async fn delete(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<ConversationId>,
) -> Result<StatusCode, Refusal> {
    state.services.conversations.delete(&ctx, id).await.or_refuse(&ctx)?;
    Ok(StatusCode::NO_CONTENT)
}
