//! `POST /v1/conversations/{id}/fork`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::{OptionalJsonBody, PathId},
        responses::{BodyProblems, CommonProblems, IdProblems, Problem},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use penny_types::{ConversationId, branches::NewFork, conversations::ConversationView};

/// Fork a conversation
///
/// Copies the messages up to the given one into a new conversation; each copy refers to its original. The source
/// does not change. Without a body, the whole visible branch is copied.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/fork", operation_id = "forkConversation", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation.")),
    request_body = Option<NewFork>,
    responses(
        (status = 201, description = "The new conversation; `Location` is its path.", body = ConversationView),
        (status = 409, description = "One of the messages is still being generated.", body = Problem,
         content_type = "application/problem+json"),
        CommonProblems, IdProblems, BodyProblems,
    ),
)]
pub(crate) async fn fork(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ConversationId>,
    OptionalJsonBody(new): OptionalJsonBody<NewFork>,
) -> Result<impl IntoResponse, ErrorResponse> {
    let conversation = state.services.conversations.fork(&ctx, id, new).await.or_error_response(&ctx)?;
    let location = format!("/v1/conversations/{}", conversation.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(conversation)))
}
