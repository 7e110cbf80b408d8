//! `PATCH /v1/conversations/{id}`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::{JsonBody, PathId},
        responses::{BodyProblems, CommonProblems, IdProblems},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_types::{
    ConversationId,
    conversations::{ConversationPatch, ConversationView},
};

/// Update a conversation
///
/// Changes its title, pin, draft or visible branch. Absent fields keep their value.
#[utoipa::path(
    patch, path = "/v1/conversations/{id}", operation_id = "updateConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    request_body = ConversationPatch,
    responses((status = 200, description = "The updated conversation.", body = ConversationView), CommonProblems, IdProblems, BodyProblems),
)]
pub(crate) async fn update(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ConversationId>,
    JsonBody(patch): JsonBody<ConversationPatch>,
) -> Result<Json<ConversationView>, ErrorResponse> {
    state.services.conversations.update(&ctx, id, patch).await.or_error_response(&ctx).map(Json)
}
