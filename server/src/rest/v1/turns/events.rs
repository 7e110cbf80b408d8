//! `GET /v1/turns/{id}/events`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::{PathId, QueryParams, optional_number},
        responses::{CommonProblems, IdProblems, QueryProblems},
        sse,
    },
    web::{AppState, Caller, ErrorResponse, request_info::requested_locale},
};
use axum::{extract::State, http::HeaderMap, response::Response};
use penny_i18n::keys;
use penny_types::{Fault, FaultCode, TurnId};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FollowTurnQuery {
    /// The sequence number of the last event already received. Default 0, also if empty.
    #[serde(deserialize_with = "optional_number")]
    after: Option<u64>,
}

/// Follow a turn
///
/// Responds with server-sent events, in the format of `POST /v1/chat/{conversationId}/messages`: first the stored
/// events with a sequence number greater than `after`, then new ones as they occur. `Last-Event-ID`, which browsers
/// send when they reconnect, takes precedence over `after`.
#[utoipa::path(
    get, path = "/v1/turns/{id}/events", operation_id = "followTurn", tag = "turns",
    params(
        ("id" = TurnId, Path, description = "The turn."),
        FollowTurnQuery,
        ("Last-Event-ID" = Option<u64>, Header, description = "The sequence number of the last event already received."),
    ),
    responses(
        (status = 200, description = "The events.", body = String, content_type = "text/event-stream"),
        CommonProblems, IdProblems, QueryProblems,
    ),
)]
pub(crate) async fn events(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<TurnId>,
    QueryParams(query): QueryParams<FollowTurnQuery>,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let after = last_event_id(&headers)?.or(query.after).unwrap_or_default();
    let events = state.services.turns.events(&ctx, id, after).await.or_error_response(&ctx)?;
    Ok(sse::response(id, events))
}

/// Parses `Last-Event-ID`. An empty value, which a browser may send before its first event, is `None`.
fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, ErrorResponse> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.is_empty()) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    number.map(Some).ok_or_else(|| {
        ErrorResponse::new(
            Fault::new(FaultCode::Invalid).field("Last-Event-ID", keys::FAULT_FIELD),
            requested_locale(headers),
        )
    })
}
