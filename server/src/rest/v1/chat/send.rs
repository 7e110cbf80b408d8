//! `POST /v1/chat/{conversationId}/messages`

use crate::{
    rest::{
        accept,
        extract::{Body, Id},
        refuse::OrRefuse,
        responses::{OfABody, OfACaller, OfAnId},
        sse,
    },
    web::{AppState, Caller, Refusal},
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

/// The turn that answers a message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SentMessage {
    /// The turn's `id` once more, by the name its events have for it.
    turn_id: TurnId,
    #[serde(flatten)]
    turn: TurnView,
}

/// Send a message and follow its answer
///
/// Answers with server-sent events: `id` is the event's number, from 1 and without gaps; `event` its
/// kind; `data` a JSON object with `turnId` and the fields of that kind (see `TurnEventBody`). The last
/// event is `finished`, `failed`, `stopped` or `interrupted`; then the stream ends. Leaving the stream
/// does not stop the turn: follow it again at `/v1/turns/{id}/events`. With `Accept: application/json`
/// the turn comes at once instead, and is answered meanwhile.
///
/// Sent twice with one `clientKey`, a message is answered once.
#[utoipa::path(
    post, path = "/v1/chat/{conversationId}/messages", operation_id = "sendMessage", tag = "turns",
    params(("conversationId" = ConversationId, Path, description = "The conversation.")),
    request_body = NewMessage,
    responses(
        (status = 200, description = "The events of the answer.", body = String, content_type = "text/event-stream"),
        (status = 202, description = "The turn; `Location` is its address.", body = SentMessage),
        (status = 409, description = "The conversation moved on in the meantime.", body = crate::rest::responses::Problem,
            content_type = "application/problem+json"),
        OfACaller, OfAnId, OfABody,
    ),
)]
pub(crate) async fn send(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(conversation): Id<ConversationId>,
    headers: HeaderMap,
    Body(message): Body<NewMessage>,
) -> Result<Response, Refusal> {
    let turns = &state.services.turns;
    if accept::prefers_json(&headers) {
        let turn = turns.submit(&ctx, conversation, message).await.or_refuse(&ctx)?;
        let location = format!("/v1/turns/{}", turn.id);
        let sent = SentMessage { turn_id: turn.id, turn };
        return Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(sent)).into_response());
    }
    let (turn, events) = turns.submit_and_follow(&ctx, conversation, message).await.or_refuse(&ctx)?;
    Ok(sse::answer(turn.id, events))
}
