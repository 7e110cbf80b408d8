//! `POST /v1/artifacts`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::JsonBody,
        responses::{BodyProblems, CommonProblems},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use penny_types::artifacts::{ArtifactView, NewArtifact};

/// Create an artifact
///
/// `content` is a string for Markdown and diagrams, an object for tables and charts.
#[utoipa::path(
    post, path = "/v1/artifacts", operation_id = "createArtifact", tag = "artifacts",
    request_body = NewArtifact,
    responses(
        (status = 201, description = "The created artifact; `Location` is its path.", body = ArtifactView),
        CommonProblems, BodyProblems,
    ),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    JsonBody(new): JsonBody<NewArtifact>,
) -> Result<impl IntoResponse, ErrorResponse> {
    let artifact = state.services.artifacts.create(&ctx, new).await.or_error_response(&ctx)?;
    let location = format!("/v1/artifacts/{}", artifact.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(artifact)))
}
