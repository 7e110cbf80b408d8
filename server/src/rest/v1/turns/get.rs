//! `GET /v1/turns/{id}`

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

/// Get a turn
#[utoipa::path(
    get, path = "/v1/turns/{id}", operation_id = "getTurn", tag = "turns",
    params(("id" = TurnId, Path, description = "The turn.")),
    responses((status = 200, description = "The turn.", body = TurnView), CommonProblems, IdProblems),
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<TurnId>,
) -> Result<Json<TurnView>, ErrorResponse> {
    state.services.turns.get(&ctx, id).await.or_error_response(&ctx).map(Json)
}
