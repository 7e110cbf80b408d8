//! `POST /v1/turns/{id}/resume`

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

/// Continue a turn
///
/// Goes on with an answer that was stopped, failed or interrupted: a new turn on the same message.
#[utoipa::path(
    post, path = "/v1/turns/{id}/resume", operation_id = "resumeTurn", tag = "turns",
    params(("id" = TurnId, Path, description = "The turn.")),
    responses(
        (status = 202, description = "The new turn.", body = TurnView),
        (status = 409, description = "The turn does not stand so that this can be done.", body = Problem,
            content_type = "application/problem+json"),
        OfACaller, OfAnId,
    ),
)]
pub(crate) async fn resume(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<TurnId>,
) -> Result<(StatusCode, Json<TurnView>), Refusal> {
    let turn = state.services.turns.resume(&ctx, id).await.or_refuse(&ctx)?;
    Ok((StatusCode::ACCEPTED, Json(turn)))
}
