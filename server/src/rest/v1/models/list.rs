//! `GET /v1/models`

use crate::{
    rest::responses::CommonProblems,
    web::{AppState, Caller},
};
use axum::{Json, extract::State};
use penny_types::models::ModelView;

/// List the models that the caller may use
#[utoipa::path(
    get, path = "/v1/models", operation_id = "listModels", tag = "models",
    responses((status = 200, description = "The models.", body = [ModelView]), CommonProblems),
)]
pub(crate) async fn list(State(state): State<AppState>, Caller(ctx): Caller) -> Json<Vec<ModelView>> {
    Json(state.services.routing.list(&ctx).await)
}
