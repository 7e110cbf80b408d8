//! Decoder tests: the events do not depend on chunk boundaries, and a truncated body is never reported
//! as finished.

mod fixtures;
mod recordings;

use super::{MAX_EVENT_BYTES, StreamDecoder, ollama::OllamaDecoder, openai_chat::ChatDecoder};
use fixtures::FIXTURES;
use penny_ports::models::{FinishReason, ModelError, ModelEvent};
use proptest::prelude::*;

/// The events of a body and the error that ended it, if any.
#[derive(Debug, Clone, PartialEq)]
struct DecodeResult {
    events: Vec<ModelEvent>,
    error: Option<String>,
}

impl DecodeResult {
    fn is_finished(&self) -> bool {
        self.error.is_none() && matches!(self.events.last(), Some(ModelEvent::Finished(_)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StreamFormat {
    Chat,
    Ollama,
}

impl StreamFormat {
    fn decoder(self) -> Box<dyn StreamDecoder> {
        match self {
            Self::Chat => Box::new(ChatDecoder::new(0)),
            Self::Ollama => Box::new(OllamaDecoder::new(0)),
        }
    }

    /// Decodes a body in the given chunks.
    fn decode<'a>(self, chunks: impl IntoIterator<Item = &'a [u8]>) -> DecodeResult {
        let (mut decoder, mut events) = (self.decoder(), Vec::new());
        let pushed = chunks.into_iter().try_for_each(|chunk| decoder.push(chunk, &mut events));
        let ended = pushed.and_then(|()| decoder.end(&mut events));
        DecodeResult { events, error: ended.err().map(|error| error.to_string()) }
    }

    fn decode_whole(self, body: &[u8]) -> DecodeResult {
        self.decode([body])
    }
}

/// Asserts that splitting a body in two at any offset does not change the result.
fn assert_same_at_every_split(name: &str, format: StreamFormat, body: &[u8]) {
    let whole = format.decode_whole(body);
    for offset in 0..=body.len() {
        let (head, tail) = body.split_at(offset);
        assert_eq!(format.decode([head, tail]), whole, "{name} split at byte {offset}");
    }
}

/// Asserts that decoding a body in small chunks does not change the result.
fn assert_same_in_small_chunks(name: &str, format: StreamFormat, body: &[u8]) {
    let whole = format.decode_whole(body);
    for size in (1..=17).chain([64, 1000, 4096]) {
        assert_eq!(format.decode(body.chunks(size)), whole, "{name} in chunks of {size} bytes");
    }
}

#[test]
fn fixtures_decode_to_their_events() {
    for fixture in FIXTURES {
        let result = fixture.format.decode_whole(fixture.body.as_bytes());
        assert_eq!(result.events, (fixture.events)(), "{}", fixture.name);
        match (fixture.error, &result.error) {
            (None, None) => {}
            (Some(expected), Some(error)) if error.contains(expected) => {}
            (_, error) => panic!("{}: {error:?} instead of {:?}", fixture.name, fixture.error),
        }
    }
}

#[test]
fn fixtures_split_at_every_byte_decode_to_the_same_events() {
    for fixture in FIXTURES {
        assert_same_at_every_split(fixture.name, fixture.format, fixture.body.as_bytes());
        assert_same_in_small_chunks(fixture.name, fixture.format, fixture.body.as_bytes());
    }
}

#[test]
fn line_end_style_does_not_change_the_events() {
    for fixture in
        FIXTURES.iter().filter(|fixture| fixture.format == StreamFormat::Chat && fixture.error.is_none())
    {
        for end in ["\r\n", "\r"] {
            let body = fixture.body.replace('\n', end);
            let result = fixture.format.decode_whole(body.as_bytes());
            assert_eq!(result.events, (fixture.events)(), "{} with {end:?}", fixture.name);
            assert_same_in_small_chunks(fixture.name, fixture.format, body.as_bytes());
        }
    }
}

#[test]
fn a_truncated_body_gives_a_prefix_of_its_text_and_never_finishes_early() {
    for fixture in FIXTURES.iter().filter(|fixture| fixture.error.is_none()) {
        let whole = fixture.format.decode_whole(fixture.body.as_bytes());
        let text = |outcome: &DecodeResult| -> String {
            let texts = outcome.events.iter().map(|event| match event {
                ModelEvent::Text(text) => text.as_str(),
                _ => "",
            });
            texts.collect()
        };
        for length in 0..fixture.body.len() {
            let truncated = fixture.format.decode_whole(&fixture.body.as_bytes()[..length]);
            assert!(text(&whole).starts_with(&text(&truncated)), "{} cut at {length}", fixture.name);
            if truncated.is_finished() {
                assert_eq!(
                    text(&truncated),
                    text(&whole),
                    "{} cut at {length} lost text and finished",
                    fixture.name
                );
            } else {
                assert!(truncated.error.is_some(), "{} cut at {length} ended without an error", fixture.name);
            }
        }
    }
}

#[test]
fn an_event_over_the_size_limit_fails_the_stream() {
    for (format, start) in [(StreamFormat::Chat, "data: "), (StreamFormat::Ollama, "")] {
        let (mut decoder, mut events) = (format.decoder(), Vec::new());
        decoder.push(start.as_bytes(), &mut events).unwrap();
        let endless = vec![b'x'; 64 * 1024];
        let outcome =
            (0..=MAX_EVENT_BYTES / endless.len()).try_for_each(|_| decoder.push(&endless, &mut events));
        assert!(matches!(outcome, Err(ModelError::StreamFailed { .. })), "{format:?}");
    }
}

#[test]
fn tool_arguments_over_the_size_limit_fail_the_stream() {
    let chunk = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{}\"}}}}]}}}}]}}\n\n",
        "x".repeat(10_000)
    );
    let mut decoder = ChatDecoder::new(0);
    let outcome = (0..100).try_for_each(|_| decoder.push(chunk.as_bytes(), &mut Vec::new()));
    assert!(matches!(outcome, Err(ModelError::StreamFailed { .. })));
}

#[test]
fn deeply_nested_json_fails_the_stream_without_a_stack_overflow() {
    for (format, start) in [(StreamFormat::Chat, "data: {\"error\":"), (StreamFormat::Ollama, "{\"error\":")]
    {
        let body = format!("{start}{}\n\n", "[".repeat(200_000));
        let result = format.decode_whole(body.as_bytes());
        assert!(result.error.is_some() && result.events.is_empty());
    }
}

#[test]
fn generated_ids_continue_from_the_earlier_calls() {
    let line = br#"{"message":{"tool_calls":[{"function":{"name":"now","arguments":{}}}]},"done":true}"#;
    let (mut decoder, mut events) = (OllamaDecoder::new(3), Vec::new());
    decoder.push(line, &mut events).unwrap();
    decoder.end(&mut events).unwrap();
    assert!(matches!(events.first(), Some(ModelEvent::ToolCall(call)) if call.id == "call_3"));
}

#[test]
fn a_response_that_is_not_streamed_gives_the_same_events() {
    let document = r#"{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}"#;
    let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\ndata: [DONE]\n\n";
    for body in [document, stream] {
        let (mut decoder, mut events) = (ChatDecoder::new(0), Vec::new());
        decoder.decode_document(body, &mut events).unwrap();
        assert_eq!(events, [ModelEvent::Text("Hello".into()), ModelEvent::Finished(FinishReason::Stop)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn random_chunk_boundaries_do_not_change_the_result(fixture in 0..FIXTURES.len(), sizes in proptest::collection::vec(0_usize..90, 1..200)) {
        let fixture = &FIXTURES[fixture];
        let whole = fixture.format.decode_whole(fixture.body.as_bytes());
        prop_assert_eq!(fixture.format.decode(split(fixture.body.as_bytes(), &sizes)), whole);
    }

    #[test]
    fn random_bytes_never_panic_and_never_finish(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0_usize..400) {
        for format in [StreamFormat::Chat, StreamFormat::Ollama] {
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            let result = format.decode([head, tail]);
            prop_assert!(!result.is_finished());
            prop_assert_eq!(result, format.decode_whole(&bytes));
        }
    }

    #[test]
    fn a_corrupted_body_never_panics_and_does_not_depend_on_chunk_boundaries(
        fixture in 0..FIXTURES.len(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(),
    ) {
        let fixture = &FIXTURES[fixture];
        let mut body = fixture.body.as_bytes().to_vec();
        let at = at.index(body.len());
        body[at] = byte;
        let (head, tail) = body.split_at(cut.index(body.len()));
        prop_assert_eq!(fixture.format.decode([head, tail]), fixture.format.decode_whole(&body));
    }
}

/// Splits a body into chunks of these sizes; the last chunk is the rest.
fn split<'a>(mut body: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    for size in sizes {
        let (chunk, rest) = body.split_at((*size).min(body.len()));
        chunks.push(chunk);
        body = rest;
    }
    chunks.push(body);
    chunks
}
