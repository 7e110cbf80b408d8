//! `GET /v1/tools`

use crate::{
    rest::responses::CommonProblems,
    web::{AppState, Caller},
};
use axum::{Json, extract::State};
use penny_types::tools::ToolView;

/// List the tools that the caller may use
#[utoipa::path(
    get, path = "/v1/tools", operation_id = "listTools", tag = "tools",
    responses((status = 200, description = "The tools.", body = [ToolView]), CommonProblems),
)]
pub(crate) async fn list(State(state): State<AppState>, Caller(ctx): Caller) -> Json<Vec<ToolView>> {
    Json(state.services.tools.list(&ctx))
}
