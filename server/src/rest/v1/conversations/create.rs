//! `POST /v1/conversations`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::OptionalJsonBody,
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
use penny_types::conversations::{ConversationView, NewConversation};

/// Create a conversation
///
/// Without a title, it is named after its first message. The body is optional.
#[utoipa::path(
    post, path = "/v1/conversations", operation_id = "createConversation", tag = "conversations",
    request_body = Option<NewConversation>,
    responses(
        (status = 201, description = "The created conversation; `Location` is its path.", body = ConversationView),
        CommonProblems, BodyProblems,
    ),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    OptionalJsonBody(new): OptionalJsonBody<NewConversation>,
) -> Result<impl IntoResponse, ErrorResponse> {
    let conversation = state.services.conversations.create(&ctx, new).await.or_error_response(&ctx)?;
    let location = format!("/v1/conversations/{}", conversation.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(conversation)))
}
