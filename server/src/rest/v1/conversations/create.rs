//! `POST /v1/conversations`

use crate::{
    rest::{
        extract::BodyOrNone,
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
use penny_types::conversations::{ConversationView, NewConversation};

/// Begin a conversation
///
/// Without a title, the first message gives it one. The body may be left out.
#[utoipa::path(
    post, path = "/v1/conversations", operation_id = "createConversation", tag = "conversations",
    request_body = Option<NewConversation>,
    responses(
        (status = 201, description = "The conversation; `Location` is its address.", body = ConversationView),
        OfACaller, OfABody,
    ),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    BodyOrNone(new): BodyOrNone<NewConversation>,
) -> Result<impl IntoResponse, Refusal> {
    let made = state.services.conversations.create(&ctx, new).await.or_refuse(&ctx)?;
    let location = format!("/v1/conversations/{}", made.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(made)))
}
