//! `GET /v1/artifacts/{id}`

use crate::{
    rest::{
        extract::Id,
        refuse::OrRefuse,
        responses::{OfACaller, OfAnId},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{Json, extract::State};
use penny_types::{ArtifactId, artifacts::ArtifactWithUrl};

/// Read an artifact
///
/// Its metadata, and a signed address under which its bytes can be read for a while by whoever has it.
#[utoipa::path(
    get, path = "/v1/artifacts/{id}", operation_id = "getArtifact", tag = "artifacts",
    params(("id" = ArtifactId, Path, description = "The artifact.")),
    responses((status = 200, description = "The artifact.", body = ArtifactWithUrl), OfACaller, OfAnId),
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<ArtifactId>,
) -> Result<Json<ArtifactWithUrl>, Refusal> {
    state.services.artifacts.signed_url(&ctx, id).await.or_refuse(&ctx).map(Json)
}
