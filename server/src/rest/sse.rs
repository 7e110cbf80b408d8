//! A turn's events as server-sent events (WHATWG HTML, 9.2).
//!
//! `id:` is the sequence number, `event:` the kind, `data:` a flat JSON object that always contains
//! `turnId`. The stream ends after the terminal event. Closing the stream does not stop the turn.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use penny_core::turns;
use penny_types::{TurnId, events::TurnEvent};
use std::{convert::Infallible, io::Write, sync::Arc, time::Duration};
use tokio::time::{Instant, interval_at};

/// The time without events after which a comment is sent to keep the connection open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const COMMENT: &[u8] = b":\n\n";
/// The maximum number of available events that are sent in one chunk.
const BATCH_SIZE: usize = 64;

pub(super) type TurnEventStream = BoxStream<'static, Result<Arc<TurnEvent>, turns::TurnError>>;

/// Returns a response that streams the events of a turn.
pub(super) fn response(turn: TurnId, events: TurnEventStream) -> Response {
    let keep_alive = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    let chunks = until_terminal(events).ready_chunks(BATCH_SIZE).map(move |batch| encode(turn, &batch));
    let chunks = tokio_stream::StreamExt::timeout_repeating(chunks, keep_alive)
        .map(|chunk| Ok::<_, Infallible>(chunk.unwrap_or_else(|_| Bytes::from_static(COMMENT))));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(chunks)).into_response()
}

/// Ends a stream after its terminal event, or at an error, after which the client reconnects with the last
/// sequence number it received.
fn until_terminal(events: TurnEventStream) -> impl Stream<Item = Arc<TurnEvent>> + Send {
    stream::unfold(Some(events), |events| async {
        let mut events = events?;
        match events.next().await? {
            Ok(event) => {
                let rest = (!event.body.is_terminal()).then_some(events);
                Some((event, rest))
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a stream of turn events failed");
                None
            }
        }
    })
}

fn encode(turn: TurnId, batch: &[Arc<TurnEvent>]) -> Bytes {
    let mut out = Vec::with_capacity(batch.len().saturating_mul(160));
    for event in batch {
        write_event(&mut out, turn, event);
    }
    out.into()
}

/// Appends one event. Errors are ignored: writing to memory does not fail, and an event always serialises.
fn write_event(out: &mut Vec<u8>, turn: TurnId, event: &TurnEvent) {
    let Ok(body) = serde_json::to_vec(&event.body) else { return };
    let fields = body.strip_prefix(b"{").unwrap_or_default();
    let _ = write!(out, "id: {}\nevent: {}\ndata: {{\"turnId\":\"{turn}\",", event.seq, event.body.kind());
    out.extend_from_slice(fields);
    out.extend_from_slice(b"\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use penny_types::events::{TextDelta, TurnEventBody, TurnFinished};
    use uuid::Uuid;

    async fn read_chunks(events: TurnEventStream, count: usize) -> Vec<Bytes> {
        let body = response(TurnId(Uuid::from_u128(1)), events).into_body().into_data_stream();
        body.take(count).map(Result::unwrap).collect().await
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_without_events_sends_a_comment_every_fifteen_seconds() {
        let started = Instant::now();
        assert_eq!(read_chunks(stream::pending().boxed(), 3).await, [COMMENT; 3]);
        assert_eq!(started.elapsed(), KEEP_ALIVE * 3);
    }

    #[tokio::test]
    async fn a_stream_ends_after_its_terminal_event() {
        let end = event(8, TurnEventBody::Finished(TurnFinished { length: 9 }));
        let events = stream::iter([Ok(Arc::clone(&end)), Ok(end)]).chain(stream::pending()).boxed();
        let chunks = read_chunks(events, 10).await;
        assert_eq!(chunks.concat().windows(3).filter(|window| window == b"id:").count(), 1);
    }

    #[tokio::test]
    async fn a_stream_ends_at_an_error_without_a_terminal_event() {
        let broken = stream::iter([Err(turns::TurnError::NotFound)]).chain(stream::pending()).boxed();
        assert!(read_chunks(broken, 10).await.is_empty());
    }

    fn event(seq: u64, body: TurnEventBody) -> Arc<TurnEvent> {
        Arc::new(TurnEvent { seq, turn_id: TurnId(Uuid::from_u128(1)), body })
    }

    #[test]
    fn an_event_is_three_lines_and_a_blank_line_for_any_text() {
        let text = "a\nb\r\n\u{2028}\"\u{0}é".to_owned();
        let batch = [
            event(7, TurnEventBody::Delta(TextDelta { text, offset: 3 })),
            event(8, TurnEventBody::Finished(TurnFinished { length: 9 })),
        ];
        let bytes = encode(TurnId(Uuid::from_u128(1)), &batch);
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            "id: 7\nevent: delta\ndata: {\"turnId\":\"trn_00000000000000000000000001\",\"kind\":\"delta\",\
             \"text\":\"a\\nb\\r\\n\u{2028}\\\"\\u0000é\",\"offset\":3}\n\n\
             id: 8\nevent: finished\ndata: {\"turnId\":\"trn_00000000000000000000000001\",\"kind\":\"finished\",\
             \"length\":9}\n\n"
        );
    }
}
