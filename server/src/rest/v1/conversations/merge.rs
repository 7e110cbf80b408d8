//! `POST /v1/conversations/{id}/merge`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::{JsonBody, PathId},
        responses::{BodyProblems, CommonProblems, IdProblems, Problem},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_types::{ConversationId, branches::BranchMerge, conversations::ConversationView};

/// Merge a branch into another
///
/// Appends copies of one branch's own messages to the other branch, which becomes the visible one. The existing
/// messages of both branches do not change.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/merge", operation_id = "mergeBranches", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    request_body = BranchMerge,
    responses(
        (status = 200, description = "The updated conversation.", body = ConversationView),
        (status = 409, description = "There is nothing to merge, or a message of either branch is still being generated.", body = Problem,
         content_type = "application/problem+json"),
        CommonProblems, IdProblems, BodyProblems,
    ),
)]
pub(crate) async fn merge(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ConversationId>,
    JsonBody(merge): JsonBody<BranchMerge>,
) -> Result<Json<ConversationView>, ErrorResponse> {
    state.services.conversations.merge(&ctx, id, merge).await.or_error_response(&ctx).map(Json)
}
