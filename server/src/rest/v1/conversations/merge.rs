//! `POST /v1/conversations/{id}/merge`

use crate::{
    rest::{
        extract::{Body, Id},
        refuse::OrRefuse,
        responses::{OfABody, OfACaller, OfAnId, Problem},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{Json, extract::State};
use penny_types::{ConversationId, branches::BranchMerge, conversations::ConversationView};

/// Bring one branch into another
///
/// What only the one has is copied behind the other's end, which becomes the visible branch. Both stay as they are.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/merge", operation_id = "mergeBranches", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    request_body = BranchMerge,
    responses(
        (status = 200, description = "How it is now.", body = ConversationView),
        (status = 409, description = "There is nothing to bring over, or a message of either is still being written.", body = Problem,
         content_type = "application/problem+json"),
        OfACaller, OfAnId, OfABody,
    ),
)]
pub(crate) async fn merge(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<ConversationId>,
    Body(merge): Body<BranchMerge>,
) -> Result<Json<ConversationView>, Refusal> {
    state.services.conversations.merge(&ctx, id, merge).await.or_refuse(&ctx).map(Json)
}
