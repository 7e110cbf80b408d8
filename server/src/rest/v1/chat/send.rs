//! `POST /v1/chat/{conversationId}/messages`

use crate::{
    rest::{
        accept,
        errors::OrErrorResponse,
        extract::{JsonBody, PathId},
        responses::{BodyProblems, CommonProblems, IdProblems},
        sse,
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use penny_types::{
    ConversationId, TurnId,
    turns::{NewMessage, TurnView},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The turn that was started by a message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SentMessage {
    /// Equal to `id`; the name used in events.
    turn_id: TurnId,
    #[serde(flatten)]
    turn: TurnView,
}

/// Send a message and follow its response
///
/// Responds with server-sent events: `id` is the sequence number, from 1 and without gaps; `event` the kind;
/// `data` a JSON object with `turnId` and the fields of the kind (see `TurnEventBody`). The last event is
/// `finished`, `failed`, `stopped` or `interrupted`; then the stream ends. Closing the stream does not stop
/// the turn: follow it again at `/v1/turns/{id}/events`. With `Accept: application/json` the turn is
/// returned immediately and continues in the background.
///
/// Idempotent by `clientKey`: a message that is sent again with the same key starts no second turn.
#[utoipa::path(
    post, path = "/v1/chat/{conversationId}/messages", operation_id = "sendMessage", tag = "turns",
    params(("conversationId" = ConversationId, Path, description = "The conversation.")),
    request_body = NewMessage,
    responses(
        (status = 200, description = "The events of the turn.", body = String, content_type = "text/event-stream"),
        (status = 202, description = "The started turn; `Location` is its path.", body = SentMessage),
        (status = 409, description = "The conversation has changed in the meantime.", body = crate::rest::responses::Problem,
            content_type = "application/problem+json"),
        CommonProblems, IdProblems, BodyProblems,
    ),
)]
pub(crate) async fn send(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(conversation): PathId<ConversationId>,
    headers: HeaderMap,
    JsonBody(message): JsonBody<NewMessage>,
) -> Result<Response, ErrorResponse> {
    let turns = &state.services.turns;
    if accept::prefers_json(&headers) {
        let turn = turns.submit(&ctx, conversation, message).await.or_error_response(&ctx)?;
        let location = format!("/v1/turns/{}", turn.id);
        let sent = SentMessage { turn_id: turn.id, turn };
        return Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(sent)).into_response());
    }
    let (turn, events) =
        turns.submit_and_follow(&ctx, conversation, message).await.or_error_response(&ctx)?;
    Ok(sse::response(turn.id, events))
}
