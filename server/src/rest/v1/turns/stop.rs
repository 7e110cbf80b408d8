//! `POST /v1/turns/{id}/stop`

use crate::{
    rest::{
        extract::Id,
        refuse::OrRefuse,
        responses::{OfACaller, OfAnId},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{Json, extract::State};
use penny_types::{TurnId, turns::TurnView};

/// Stop a turn
///
/// What was said is kept. Answers once the turn has stopped, or after two seconds when it takes longer.
/// Stopping a turn that is over changes nothing.
#[utoipa::path(
    post, path = "/v1/turns/{id}/stop", operation_id = "stopTurn", tag = "turns",
    params(("id" = TurnId, Path, description = "The turn.")),
    responses(
        (status = 200, description = "How the turn stands.", body = TurnView),
        OfACaller, OfAnId,
    ),
)]
pub(crate) async fn stop(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<TurnId>,
) -> Result<Json<TurnView>, Refusal> {
    state.services.turns.stop(&ctx, id).await.or_refuse(&ctx).map(Json)
}
