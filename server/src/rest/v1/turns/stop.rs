//! `POST /v1/turns/{id}/stop`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::PathId,
        responses::{CommonProblems, IdProblems},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_types::{TurnId, turns::TurnView};

/// Stop a turn
///
/// Keeps the text generated so far. Responds once the turn has stopped, or after two seconds if that takes longer.
/// Has no effect on a turn that has already ended.
#[utoipa::path(
    post, path = "/v1/turns/{id}/stop", operation_id = "stopTurn", tag = "turns",
    params(("id" = TurnId, Path, description = "The turn.")),
    responses(
        (status = 200, description = "The turn.", body = TurnView),
        CommonProblems, IdProblems,
    ),
)]
pub(crate) async fn stop(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<TurnId>,
) -> Result<Json<TurnView>, ErrorResponse> {
    state.services.turns.stop(&ctx, id).await.or_error_response(&ctx).map(Json)
}
