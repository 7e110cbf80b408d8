//! `PATCH /v1/conversations/{id}`

use crate::{
    rest::{
        extract::{Body, Id},
        refuse::OrRefuse,
        responses::{OfABody, OfACaller, OfAnId},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{Json, extract::State};
use penny_types::{
    ConversationId,
    conversations::{ConversationPatch, ConversationView},
};

/// Change a conversation
///
/// Its title, its pin, its draft or its visible branch. What is absent stays.
#[utoipa::path(
    patch, path = "/v1/conversations/{id}", operation_id = "updateConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    request_body = ConversationPatch,
    responses((status = 200, description = "How it is now.", body = ConversationView), OfACaller, OfAnId, OfABody),
)]
pub(crate) async fn update(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<ConversationId>,
    Body(patch): Body<ConversationPatch>,
) -> Result<Json<ConversationView>, Refusal> {
    state.services.conversations.update(&ctx, id, patch).await.or_refuse(&ctx).map(Json)
}
