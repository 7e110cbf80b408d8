//! `/v1/conversations/{id}/shares`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::{JsonBody, PathId, PathIds},
        responses::{BodyProblems, CommonProblems, IdProblems, Problem},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_core::sharing::SharedResource;
use penny_types::{
    ConversationId, ShareId,
    access::{NewShare, SharesView},
};

/// List the shares of a conversation
///
/// Only the owner can read them. `visibleToolResults` and `notice` say what sharing reveals.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/shares", operation_id = "listConversationShares", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    responses((status = 200, description = "The shares.", body = SharesView), CommonProblems, IdProblems),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ConversationId>,
) -> Result<Json<SharesView>, ErrorResponse> {
    let resource = SharedResource::Conversation(id);
    state.services.sharing.list(&ctx, resource).await.or_error_response(&ctx).map(Json)
}

/// Share a conversation
///
/// With one principal, one group or everyone in the tenant; sharing again with the same subject replaces level and
/// expiry. The subject can read its messages, the stored results of its tools and the artifacts made in it;
/// `edit` also lets it send messages under its own rights.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/shares", operation_id = "shareConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    request_body = NewShare,
    responses(
        (status = 200, description = "The shares.", body = SharesView),
        (status = 409, description = "The conversation has the most shares that are allowed.", body = Problem,
         content_type = "application/problem+json"),
        CommonProblems, IdProblems, BodyProblems,
    ),
)]
pub(crate) async fn share(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ConversationId>,
    JsonBody(new): JsonBody<NewShare>,
) -> Result<Json<SharesView>, ErrorResponse> {
    let resource = SharedResource::Conversation(id);
    state.services.sharing.share(&ctx, resource, new).await.or_error_response(&ctx).map(Json)
}

/// Stop sharing a conversation
#[utoipa::path(
    delete, path = "/v1/conversations/{id}/shares/{shareId}", operation_id = "unshareConversation", tag = "conversations",
    params(
        ("id" = ConversationId, Path, description = "The conversation."),
        ("shareId" = ShareId, Path, description = "The share."),
    ),
    responses((status = 200, description = "The remaining shares.", body = SharesView), CommonProblems, IdProblems),
)]
pub(crate) async fn unshare(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathIds(id, share): PathIds<ConversationId, ShareId>,
) -> Result<Json<SharesView>, ErrorResponse> {
    let resource = SharedResource::Conversation(id);
    state.services.sharing.unshare(&ctx, resource, share).await.or_error_response(&ctx).map(Json)
}
