//! `POST /v1/turns/{id}/stop`

use crate::{
    rest::{
        extract::Id,
        refuse::OrRefuse,
        responses::{OfACaller, OfAnId, Problem},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{Json, extract::State, http::StatusCode};
use penny_types::{TurnId, turns::TurnView};

/// Stop a turn
///
/// What was said is kept. Stopping a turn that is over changes nothing.
#[utoipa::path(
    post, path = "/v1/turns/{id}/stop", operation_id = "stopTurn", tag = "turns",
    params(("id" = TurnId, Path, description = "The turn.")),
    responses(
        (status = 200, description = "How the turn stands.", body = TurnView),
        (status = 409, description = "The turn does not stand so that this can be done.", body = Problem,
            content_type = "application/problem+json"),
        OfACaller, OfAnId,
    ),
)]
pub(crate) async fn stop(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<TurnId>,
) -> Result<(StatusCode, Json<TurnView>), Refusal> {
    let turn = state.services.turns.stop(&ctx, id).await.or_refuse(&ctx)?;
    Ok((StatusCode::OK, Json(turn)))
}
