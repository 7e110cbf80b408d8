//! `POST /v1/tools/{name}/invoke`

use crate::{
    rest::{
        extract::Body,
        refuse::OrRefuse,
        responses::{OfABody, OfACaller, OfAnId, Problem},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{
    Json,
    extract::{Path, State},
};
use penny_core::tools::ARGUMENTS_MAX;
use penny_types::tools::ToolResultView;
use serde_json::Value;

/// Call a tool
///
/// The body is what the tool's `inputSchema` asks for, at most 256 KiB of it. It may also stand as the one
/// field `arguments` of an object, unless the tool has an argument of that name.
#[utoipa::path(
    post, path = "/v1/tools/{name}/invoke", operation_id = "invokeTool", tag = "tools",
    params(("name" = String, Path, description = "The tool's name.")),
    request_body = Value,
    responses(
        (status = 200, description = "What it answered.", body = ToolResultView),
        (status = 504, description = "It took longer than it may.", body = Problem,
            content_type = "application/problem+json"),
        OfACaller, OfAnId, OfABody,
    ),
)]
pub(crate) async fn invoke(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Path(name): Path<String>,
    Body(body): Body<Value, ARGUMENTS_MAX>,
) -> Result<Json<ToolResultView>, Refusal> {
    state.services.tools.invoke_body(&ctx, &name, body).await.or_refuse(&ctx).map(Json)
}
