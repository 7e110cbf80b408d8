//! `POST /v1/tools/{name}/invoke`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::JsonBody,
        responses::{BodyProblems, CommonProblems, IdProblems, Problem},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{
    Json,
    extract::{Path, State},
};
use penny_core::tools::ARGUMENTS_MAX;
use penny_types::tools::ToolResultView;
use serde_json::Value;

/// Invoke a tool
///
/// The body contains the arguments described by the tool's `inputSchema`, at most 256 KiB. They may be wrapped in
/// an object with the single field `arguments`, unless the tool has an argument of that name.
#[utoipa::path(
    post, path = "/v1/tools/{name}/invoke", operation_id = "invokeTool", tag = "tools",
    params(("name" = String, Path, description = "The tool's name.")),
    request_body = Value,
    responses(
        (status = 200, description = "The result.", body = ToolResultView),
        (status = 504, description = "The tool timed out.", body = Problem,
            content_type = "application/problem+json"),
        CommonProblems, IdProblems, BodyProblems,
    ),
)]
pub(crate) async fn invoke(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Path(name): Path<String>,
    JsonBody(body): JsonBody<Value, ARGUMENTS_MAX>,
) -> Result<Json<ToolResultView>, ErrorResponse> {
    state.services.tools.invoke_body(&ctx, &name, body).await.or_error_response(&ctx).map(Json)
}
