//! `GET /v1/conversations/{id}/compare`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::{PathId, QueryParams},
        responses::{CommonProblems, IdProblems, QueryProblems},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_types::{
    ConversationId, MessageId,
    branches::{BranchComparison, BranchPair},
};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CompareBranchesQuery {
    /// The first branch: one that contains this message.
    #[param(value_type = MessageId)]
    left: MessageId,
    /// The second branch: one that contains this message.
    #[param(value_type = MessageId)]
    right: MessageId,
}

/// Compare two branches
///
/// Returns the messages that each branch has after their last common message.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/compare", operation_id = "compareBranches", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation."), CompareBranchesQuery),
    responses((status = 200, description = "The comparison.", body = BranchComparison), CommonProblems, IdProblems, QueryProblems),
)]
pub(crate) async fn compare(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ConversationId>,
    QueryParams(query): QueryParams<CompareBranchesQuery>,
) -> Result<Json<BranchComparison>, ErrorResponse> {
    let pair = BranchPair { left: query.left, right: query.right };
    state.services.conversations.compare(&ctx, id, pair).await.or_error_response(&ctx).map(Json)
}
