//! `GET /v1/turns/{id}`

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

/// Read a turn
#[utoipa::path(
    get, path = "/v1/turns/{id}", operation_id = "getTurn", tag = "turns",
    params(("id" = TurnId, Path, description = "The turn.")),
    responses((status = 200, description = "The turn.", body = TurnView), OfACaller, OfAnId),
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<TurnId>,
) -> Result<Json<TurnView>, Refusal> {
    state.services.turns.get(&ctx, id).await.or_refuse(&ctx).map(Json)
}
