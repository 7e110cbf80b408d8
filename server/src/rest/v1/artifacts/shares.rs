//! `/v1/artifacts/{id}/shares`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::{JsonBody, PathId, PathIds},
        responses::{BodyProblems, CommonProblems, IdProblems, Problem},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_core::sharing::SharedResource;
use penny_types::{
    ArtifactId, ShareId,
    access::{NewShare, SharesView},
};

/// List the shares of an artifact
///
/// Only the owner can read them. `visibleToolResults` and `notice` say what sharing reveals.
#[utoipa::path(
    get, path = "/v1/artifacts/{id}/shares", operation_id = "listArtifactShares", tag = "artifacts",
    params(("id" = ArtifactId, Path, description = "The artifact.")),
    responses((status = 200, description = "The shares.", body = SharesView), CommonProblems, IdProblems),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ArtifactId>,
) -> Result<Json<SharesView>, ErrorResponse> {
    let resource = SharedResource::Artifact(id);
    state.services.sharing.list(&ctx, resource).await.or_error_response(&ctx).map(Json)
}

/// Share an artifact
///
/// With one principal, one group or everyone in the tenant; sharing again with the same subject replaces level and
/// expiry. `view` lets the subject read every version; `edit` also lets it rename and pin the artifact.
#[utoipa::path(
    post, path = "/v1/artifacts/{id}/shares", operation_id = "shareArtifact", tag = "artifacts",
    params(("id" = ArtifactId, Path, description = "The artifact.")),
    request_body = NewShare,
    responses(
        (status = 200, description = "The shares.", body = SharesView),
        (status = 409, description = "The artifact has the most shares that are allowed.", body = Problem,
         content_type = "application/problem+json"),
        CommonProblems, IdProblems, BodyProblems,
    ),
)]
pub(crate) async fn share(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ArtifactId>,
    JsonBody(new): JsonBody<NewShare>,
) -> Result<Json<SharesView>, ErrorResponse> {
    let resource = SharedResource::Artifact(id);
    state.services.sharing.share(&ctx, resource, new).await.or_error_response(&ctx).map(Json)
}

/// Stop sharing an artifact
#[utoipa::path(
    delete, path = "/v1/artifacts/{id}/shares/{shareId}", operation_id = "unshareArtifact", tag = "artifacts",
    params(
        ("id" = ArtifactId, Path, description = "The artifact."),
        ("shareId" = ShareId, Path, description = "The share."),
    ),
    responses((status = 200, description = "The remaining shares.", body = SharesView), CommonProblems, IdProblems),
)]
pub(crate) async fn unshare(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathIds(id, share): PathIds<ArtifactId, ShareId>,
) -> Result<Json<SharesView>, ErrorResponse> {
    let resource = SharedResource::Artifact(id);
    state.services.sharing.unshare(&ctx, resource, share).await.or_error_response(&ctx).map(Json)
}
