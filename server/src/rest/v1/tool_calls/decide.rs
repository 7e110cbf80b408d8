//! `POST /v1/tool-calls/{id}/decision`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::{JsonBody, MAX_SHORT_BODY_BYTES, PathId},
        responses::{BodyProblems, CommonProblems, IdProblems, Problem},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_types::{
    ToolCallId,
    turns::{Decision, TurnView},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// The decision on a tool call that waits for approval.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToolCallDecision {
    /// Run the call as shown, or do not run it.
    decision: Decision,
}

/// Approve or deny a tool call that waits for approval
#[utoipa::path(
    post, path = "/v1/tool-calls/{id}/decision", operation_id = "decideToolCall", tag = "tools",
    params(("id" = ToolCallId, Path, description = "The call.")),
    request_body = ToolCallDecision,
    responses(
        (status = 200, description = "The turn of the call, which continues.", body = TurnView),
        (status = 409, description = "The call no longer waits for approval.", body = Problem,
            content_type = "application/problem+json"),
        CommonProblems, IdProblems, BodyProblems,
    ),
)]
pub(crate) async fn decide(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ToolCallId>,
    JsonBody(body): JsonBody<ToolCallDecision, MAX_SHORT_BODY_BYTES>,
) -> Result<Json<TurnView>, ErrorResponse> {
    state.services.turns.decide(&ctx, id, body.decision).await.or_error_response(&ctx).map(Json)
}
