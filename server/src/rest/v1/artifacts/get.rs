//! `GET /v1/artifacts/{id}`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::PathId,
        responses::{CommonProblems, IdProblems},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_types::{ArtifactId, artifacts::ArtifactWithUrl};

/// Get an artifact
///
/// Returns its metadata and a signed URL, with which anyone can read its content until the URL expires.
#[utoipa::path(
    get, path = "/v1/artifacts/{id}", operation_id = "getArtifact", tag = "artifacts",
    params(("id" = ArtifactId, Path, description = "The artifact.")),
    responses((status = 200, description = "The artifact.", body = ArtifactWithUrl), CommonProblems, IdProblems),
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ArtifactId>,
) -> Result<Json<ArtifactWithUrl>, ErrorResponse> {
    state.services.artifacts.signed_url(&ctx, id).await.or_error_response(&ctx).map(Json)
}
