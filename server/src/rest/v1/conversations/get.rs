//! `GET /v1/conversations/{id}`

use crate::{
    rest::{
        extract::Id,
        refuse::OrRefuse,
        responses::{OfACaller, OfAnId},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{Json, extract::State};
use penny_types::{ConversationId, conversations::ConversationView};

/// Read a conversation
///
/// Without its messages; those are read in stretches.
#[utoipa::path(
    get, path = "/v1/conversations/{id}", operation_id = "getConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    responses((status = 200, description = "The conversation.", body = ConversationView), OfACaller, OfAnId),
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<ConversationId>,
) -> Result<Json<ConversationView>, Refusal> {
    state.services.conversations.get(&ctx, id).await.or_refuse(&ctx).map(Json)
}
