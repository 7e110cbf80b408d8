//! `POST /v1/conversations/{id}/fork`

use crate::{
    rest::{
        extract::{BodyOrNone, Id},
        refuse::OrRefuse,
        responses::{OfABody, OfACaller, OfAnId, Problem},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use penny_types::{ConversationId, branches::NewFork, conversations::ConversationView};

/// Branch off into a new conversation
///
/// The messages up to the one named are copied, each with the id of its original; the source stays as it is. Without a
/// body the visible branch is copied whole.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/fork", operation_id = "forkConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    request_body = Option<NewFork>,
    responses(
        (status = 201, description = "The new conversation; `Location` is its address.", body = ConversationView),
        (status = 409, description = "One of the messages is still being written.", body = Problem,
         content_type = "application/problem+json"),
        OfACaller, OfAnId, OfABody,
    ),
)]
pub(crate) async fn fork(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<ConversationId>,
    BodyOrNone(new): BodyOrNone<NewFork>,
) -> Result<impl IntoResponse, Refusal> {
    let made = state.services.conversations.fork(&ctx, id, new).await.or_refuse(&ctx)?;
    let location = format!("/v1/conversations/{}", made.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(made)))
}
