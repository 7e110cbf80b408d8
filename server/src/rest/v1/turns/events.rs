//! `GET /v1/turns/{id}/events`

use crate::{
    rest::{
        extract::{Filter, Id, number_or_none},
        refuse::OrRefuse,
        responses::{OfACaller, OfAQuery, OfAnId},
        sse,
    },
    web::{AppState, Caller, Refusal, tenant::asked_locale},
};
use axum::{extract::State, http::HeaderMap, response::Response};
use penny_types::{Fault, FaultCode, TurnId};
use penny_words::keys;
use serde::Deserialize;
use utoipa::IntoParams;

/// From where a turn is followed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct From {
    /// The number of the last event already seen; 0 when absent or empty.
    #[serde(deserialize_with = "number_or_none")]
    after: Option<u64>,
}

/// Follow a turn
///
/// Answers with the events after the last one seen, then with each as it happens, in the form of
/// `POST /v1/chat/{conversationId}/messages`. `Last-Event-ID`, which browsers send when they
/// reconnect, counts before `after`.
#[utoipa::path(
    get, path = "/v1/turns/{id}/events", operation_id = "followTurn", tag = "turns",
    params(
        ("id" = TurnId, Path, description = "The turn."),
        From,
        ("Last-Event-ID" = Option<u64>, Header, description = "The number of the last event already seen."),
    ),
    responses(
        (status = 200, description = "The events.", body = String, content_type = "text/event-stream"),
        OfACaller, OfAnId, OfAQuery,
    ),
)]
pub(crate) async fn events(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<TurnId>,
    Filter(from): Filter<From>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let after = last_seen(&headers)?.or(from.after).unwrap_or_default();
    let events = state.services.turns.events(&ctx, id, after).await.or_refuse(&ctx)?;
    Ok(sse::answer(id, events))
}

/// Reads `Last-Event-ID`; an empty one, which a browser may send before it has seen any, is none.
fn last_seen(headers: &HeaderMap) -> Result<Option<u64>, Refusal> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.is_empty()) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    number.map(Some).ok_or_else(|| {
        Refusal::new(
            Fault::new(FaultCode::Invalid).field("Last-Event-ID", keys::FAULT_FIELD),
            asked_locale(headers),
        )
    })
}
