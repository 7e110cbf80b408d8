//! `POST /v1/artifacts`

use crate::{
    rest::{
        extract::Body,
        refuse::OrRefuse,
        responses::{OfABody, OfACaller},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use penny_types::artifacts::{ArtifactView, NewArtifact};

/// Make an artifact
///
/// `content` is a string for words and diagrams, an object for tables and charts.
#[utoipa::path(
    post, path = "/v1/artifacts", operation_id = "createArtifact", tag = "artifacts",
    request_body = NewArtifact,
    responses(
        (status = 201, description = "The artifact; `Location` is its address.", body = ArtifactView),
        OfACaller, OfABody,
    ),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Body(new): Body<NewArtifact>,
) -> Result<impl IntoResponse, Refusal> {
    let made = state.services.artifacts.create(&ctx, new).await.or_refuse(&ctx)?;
    let location = format!("/v1/artifacts/{}", made.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(made)))
}
