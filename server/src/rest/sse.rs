//! A turn's events as server-sent events (WHATWG HTML, 9.2).
//!
//! `id:` is the sequence number, `event:` the kind, `data:` one flat object that always carries
//! `turnId`. The stream ends after the terminal event. Whoever reads it may leave at any time: the
//! turn belongs to the server.

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

/// How long a stream may be silent before a comment shows that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The comment.
const COMMENT: &[u8] = b":\n\n";
/// How many events that are there already go out in one piece.
const BATCH: usize = 64;

/// What a turn's events come as.
pub(super) type Events = BoxStream<'static, Result<Arc<TurnEvent>, turns::Error>>;

/// Streams a turn's events.
pub(super) fn answer(turn: TurnId, events: Events) -> Response {
    let every = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    let pieces = until_terminal(events).ready_chunks(BATCH).map(move |batch| encode(turn, &batch));
    let pieces = tokio_stream::StreamExt::timeout_repeating(pieces, every)
        .map(|piece| Ok::<_, Infallible>(piece.unwrap_or_else(|_| Bytes::from_static(COMMENT))));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

/// Ends a stream after its terminal event, or at an error: the client then asks again from the last
/// number it saw.
fn until_terminal(events: Events) -> impl Stream<Item = Arc<TurnEvent>> + Send {
    stream::unfold(Some(events), |events| async {
        let mut events = events?;
        match events.next().await? {
            Ok(event) => {
                let rest = (!event.body.is_terminal()).then_some(events);
                Some((event, rest))
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a stream of events broke off");
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

/// Writes one event. Writing to memory does not fail, and an event always serialises.
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

    async fn pieces(events: Events, count: usize) -> Vec<Bytes> {
        let body = answer(TurnId(Uuid::from_u128(1)), events).into_body().into_data_stream();
        body.take(count).map(Result::unwrap).collect().await
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_shows_every_fifteen_seconds_that_it_lives() {
        let begun = Instant::now();
        assert_eq!(pieces(stream::pending().boxed(), 3).await, [COMMENT; 3]);
        assert_eq!(begun.elapsed(), KEEP_ALIVE * 3);
    }

    #[tokio::test]
    async fn a_stream_ends_with_its_terminal_event_though_more_could_come() {
        let end = event(8, TurnEventBody::Finished(TurnFinished { length: 9 }));
        let events = stream::iter([Ok(Arc::clone(&end)), Ok(end)]).chain(stream::pending()).boxed();
        let pieces = pieces(events, 10).await;
        assert_eq!(pieces.concat().windows(3).filter(|window| window == b"id:").count(), 1);
    }

    #[tokio::test]
    async fn a_stream_that_breaks_off_ends_without_a_terminal_event() {
        let broken = stream::iter([Err(turns::Error::NotFound)]).chain(stream::pending()).boxed();
        assert!(pieces(broken, 10).await.is_empty());
    }

    fn event(seq: u64, body: TurnEventBody) -> Arc<TurnEvent> {
        Arc::new(TurnEvent { seq, turn_id: TurnId(Uuid::from_u128(1)), body })
    }

    #[test]
    fn an_event_is_three_lines_and_a_blank_one_whatever_its_text() {
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
