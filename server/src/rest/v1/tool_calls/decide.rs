//! `POST /v1/tool-calls/{id}/decision`

use crate::{
    rest::{
        extract::{Body, Id, SHORT},
        refuse::OrRefuse,
        responses::{OfABody, OfACaller, OfAnId, Problem},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{Json, extract::State};
use penny_types::{
    ToolCallId,
    turns::{Decision, TurnView},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// What a person says to a call that waits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decided {
    /// Let it run as shown, or do not run it.
    decision: Decision,
}

/// Approve or deny a tool call that waits
#[utoipa::path(
    post, path = "/v1/tool-calls/{id}/decision", operation_id = "decideToolCall", tag = "tools",
    params(("id" = ToolCallId, Path, description = "The call.")),
    request_body = Decided,
    responses(
        (status = 200, description = "The turn it belongs to, going on.", body = TurnView),
        (status = 409, description = "The call no longer waits.", body = Problem,
            content_type = "application/problem+json"),
        OfACaller, OfAnId, OfABody,
    ),
)]
pub(crate) async fn decide(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<ToolCallId>,
    Body(decided): Body<Decided, SHORT>,
) -> Result<Json<TurnView>, Refusal> {
    state.services.turns.decide(&ctx, id, decided.decision).await.or_refuse(&ctx).map(Json)
}
