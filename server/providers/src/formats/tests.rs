//! Every body, split anywhere, gives the same events; cut anywhere, it is never taken for whole.

mod fixtures;
mod recordings;

use super::{Decoder, MAX_EVENT_BYTES, ollama::OllamaDecoder, openai_chat::ChatDecoder};
use fixtures::FIXTURES;
use penny_ports::models::{FinishReason, ModelError, ModelEvent};
use proptest::prelude::*;

/// What a body comes to: its events, and the error that ended it.
#[derive(Debug, Clone, PartialEq)]
struct Outcome {
    events: Vec<ModelEvent>,
    error: Option<String>,
}

impl Outcome {
    fn is_finished(&self) -> bool {
        self.error.is_none() && matches!(self.events.last(), Some(ModelEvent::Finished(_)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Chat,
    Ollama,
}

impl Format {
    fn decoder(self) -> Box<dyn Decoder> {
        match self {
            Self::Chat => Box::new(ChatDecoder::new(0)),
            Self::Ollama => Box::new(OllamaDecoder::new(0)),
        }
    }

    /// Decodes a body that comes in these pieces.
    fn decode<'a>(self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
        let (mut decoder, mut events) = (self.decoder(), Vec::new());
        let pushed = pieces.into_iter().try_for_each(|piece| decoder.push(piece, &mut events));
        let ended = pushed.and_then(|()| decoder.end(&mut events));
        Outcome { events, error: ended.err().map(|error| error.to_string()) }
    }

    fn decode_whole(self, body: &[u8]) -> Outcome {
        self.decode([body])
    }
}

/// Checks a body split in two at every offset.
fn assert_same_at_every_split(name: &str, format: Format, body: &[u8]) {
    let whole = format.decode_whole(body);
    for at in 0..=body.len() {
        let (head, tail) = body.split_at(at);
        assert_eq!(format.decode([head, tail]), whole, "{name} split at byte {at}");
    }
}

/// Checks a body in pieces of every small size, single bytes among them.
fn assert_same_in_small_pieces(name: &str, format: Format, body: &[u8]) {
    let whole = format.decode_whole(body);
    for size in (1..=17).chain([64, 1000, 4096]) {
        assert_eq!(format.decode(body.chunks(size)), whole, "{name} in pieces of {size} bytes");
    }
}

#[test]
fn fixtures_give_their_events() {
    for fixture in FIXTURES {
        let found = fixture.format.decode_whole(fixture.body.as_bytes());
        assert_eq!(found.events, (fixture.events)(), "{}", fixture.name);
        match (fixture.error, &found.error) {
            (None, None) => {}
            (Some(words), Some(error)) if error.contains(words) => {}
            (_, error) => panic!("{}: {error:?} instead of {:?}", fixture.name, fixture.error),
        }
    }
}

#[test]
fn fixtures_split_at_every_byte_give_the_same_events() {
    for fixture in FIXTURES {
        assert_same_at_every_split(fixture.name, fixture.format, fixture.body.as_bytes());
        assert_same_in_small_pieces(fixture.name, fixture.format, fixture.body.as_bytes());
    }
}

#[test]
fn line_ends_make_no_difference() {
    for fixture in FIXTURES.iter().filter(|fixture| fixture.format == Format::Chat && fixture.error.is_none())
    {
        for end in ["\r\n", "\r"] {
            let body = fixture.body.replace('\n', end);
            let found = fixture.format.decode_whole(body.as_bytes());
            assert_eq!(found.events, (fixture.events)(), "{} with {end:?}", fixture.name);
            assert_same_in_small_pieces(fixture.name, fixture.format, body.as_bytes());
        }
    }
}

#[test]
fn a_body_cut_anywhere_gives_a_beginning_of_its_events_and_is_never_taken_for_whole() {
    for fixture in FIXTURES.iter().filter(|fixture| fixture.error.is_none()) {
        let whole = fixture.format.decode_whole(fixture.body.as_bytes());
        let text = |outcome: &Outcome| -> String {
            let said = outcome.events.iter().map(|event| match event {
                ModelEvent::Text(text) => text.as_str(),
                _ => "",
            });
            said.collect()
        };
        for at in 0..fixture.body.len() {
            let cut = fixture.format.decode_whole(&fixture.body.as_bytes()[..at]);
            assert!(text(&whole).starts_with(&text(&cut)), "{} cut at {at}", fixture.name);
            if cut.is_finished() {
                assert_eq!(text(&cut), text(&whole), "{} cut at {at} lost words and finished", fixture.name);
            } else {
                assert!(cut.error.is_some(), "{} cut at {at} ended without a word", fixture.name);
            }
        }
    }
}

#[test]
fn what_is_too_large_breaks_the_answer_instead_of_the_server() {
    for (format, start) in [(Format::Chat, "data: "), (Format::Ollama, "")] {
        let (mut decoder, mut events) = (format.decoder(), Vec::new());
        decoder.push(start.as_bytes(), &mut events).unwrap();
        let endless = vec![b'x'; 64 * 1024];
        let outcome =
            (0..=MAX_EVENT_BYTES / endless.len()).try_for_each(|_| decoder.push(&endless, &mut events));
        assert!(matches!(outcome, Err(ModelError::Broken { .. })), "{format:?}");
    }
}

#[test]
fn tool_arguments_without_end_break_the_answer() {
    let piece = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{}\"}}}}]}}}}]}}\n\n",
        "x".repeat(10_000)
    );
    let mut decoder = ChatDecoder::new(0);
    let outcome = (0..100).try_for_each(|_| decoder.push(piece.as_bytes(), &mut Vec::new()));
    assert!(matches!(outcome, Err(ModelError::Broken { .. })));
}

#[test]
fn nesting_without_end_breaks_the_answer_instead_of_the_stack() {
    for (format, start) in [(Format::Chat, "data: {\"error\":"), (Format::Ollama, "{\"error\":")] {
        let body = format!("{start}{}\n\n", "[".repeat(200_000));
        let found = format.decode_whole(body.as_bytes());
        assert!(found.error.is_some() && found.events.is_empty());
    }
}

#[test]
fn made_up_ids_count_on_from_the_calls_before() {
    let line = br#"{"message":{"tool_calls":[{"function":{"name":"now","arguments":{}}}]},"done":true}"#;
    let (mut decoder, mut events) = (OllamaDecoder::new(3), Vec::new());
    decoder.push(line, &mut events).unwrap();
    decoder.end(&mut events).unwrap();
    assert!(matches!(events.first(), Some(ModelEvent::ToolCall(call)) if call.id == "call_3"));
}

#[test]
fn an_answer_that_comes_whole_gives_the_same_events() {
    let document = r#"{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}"#;
    let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\ndata: [DONE]\n\n";
    for body in [document, stream] {
        let (mut decoder, mut events) = (ChatDecoder::new(0), Vec::new());
        decoder.whole(body, &mut events).unwrap();
        assert_eq!(events, [ModelEvent::Text("Hello".into()), ModelEvent::Finished(FinishReason::Stop)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn random_splits_change_nothing(fixture in 0..FIXTURES.len(), sizes in proptest::collection::vec(0_usize..90, 1..200)) {
        let fixture = &FIXTURES[fixture];
        let whole = fixture.format.decode_whole(fixture.body.as_bytes());
        prop_assert_eq!(fixture.format.decode(pieces(fixture.body.as_bytes(), &sizes)), whole);
    }

    #[test]
    fn random_bytes_never_panic_and_never_finish(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0_usize..400) {
        for format in [Format::Chat, Format::Ollama] {
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            let found = format.decode([head, tail]);
            prop_assert!(!found.is_finished());
            prop_assert_eq!(found, format.decode_whole(&bytes));
        }
    }

    #[test]
    fn a_damaged_body_never_panics_and_reads_the_same_however_split(
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

/// Cuts a body into pieces of these sizes; the rest is the last piece.
fn pieces<'a>(mut body: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for size in sizes {
        let (piece, rest) = body.split_at((*size).min(body.len()));
        pieces.push(piece);
        body = rest;
    }
    pieces.push(body);
    pieces
}
