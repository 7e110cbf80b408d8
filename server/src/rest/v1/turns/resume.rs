//! `POST /v1/turns/{id}/resume`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::PathId,
        responses::{CommonProblems, IdProblems, Problem},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State, http::StatusCode};
use penny_types::{TurnId, turns::TurnView};

/// Resume a turn
///
/// Starts a new turn that continues the message of a turn which was stopped, failed or was interrupted.
#[utoipa::path(
    post, path = "/v1/turns/{id}/resume", operation_id = "resumeTurn", tag = "turns",
    params(("id" = TurnId, Path, description = "The turn.")),
    responses(
        (status = 202, description = "The new turn.", body = TurnView),
        (status = 409, description = "The turn cannot be resumed in its current state.", body = Problem,
            content_type = "application/problem+json"),
        CommonProblems, IdProblems,
    ),
)]
pub(crate) async fn resume(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<TurnId>,
) -> Result<(StatusCode, Json<TurnView>), ErrorResponse> {
    let turn = state.services.turns.resume(&ctx, id).await.or_error_response(&ctx)?;
    Ok((StatusCode::ACCEPTED, Json(turn)))
}
