//! Decoder tests with recorded vendor streams; skipped when the recordings are not available.

use super::{DecodeResult, StreamFormat, assert_same_at_every_split, assert_same_in_small_chunks, split};
use penny_ports::models::{FinishReason, ModelEvent};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

struct RecordedStream {
    name: String,
    format: StreamFormat,
    lines: Vec<String>,
}

impl RecordedStream {
    /// Adds the framing of the wire format to the lines.
    fn body(lines: &[String], format: StreamFormat) -> String {
        match format {
            StreamFormat::Chat => lines
                .iter()
                .map(|line| format!("data: {line}\n\n"))
                .chain(["data: [DONE]\n\n".to_owned()])
                .collect(),
            StreamFormat::Ollama => lines.iter().map(|line| format!("{line}\n")).collect(),
        }
    }

    /// Keeps the first and last lines, up to about `limit` bytes.
    fn shortened(&self, limit: usize) -> String {
        let (mut head, mut tail, mut size) = (Vec::new(), Vec::new(), 0);
        let half = self.lines.len().div_ceil(2);
        for (front, back) in
            self.lines.iter().take(half).zip(self.lines.iter().skip(half).rev().map(Some).chain([None]))
        {
            size += front.len() + back.map_or(0, String::len);
            if size > limit && !head.is_empty() {
                break;
            }
            head.push(front.clone());
            tail.extend(back.cloned());
        }
        tail.reverse();
        head.extend(tail);
        Self::body(&head, self.format)
    }
}

#[expect(clippy::disallowed_methods, reason = "environment variables give the location of the recordings")]
fn recordings_dir() -> PathBuf {
    let data = || match std::env::var("PENNY_TEST_DATA") {
        Ok(data) => PathBuf::from(data),
        Err(_) => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    std::env::var("PENNY_STREAMS_DIR").map_or_else(|_| data().join("streams"), PathBuf::from)
}

fn collect_files(dir: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => collect_files(&path, paths),
            path => paths.push(path),
        }
    }
}

/// Loads the recordings in supported formats; empty if there are none.
fn recordings() -> Vec<RecordedStream> {
    let mut paths = Vec::new();
    collect_files(&recordings_dir(), &mut paths);
    paths.sort();
    let recordings: Vec<_> = paths.iter().filter_map(|path| recording(path)).collect();
    if recordings.is_empty() {
        println!("skipped: no recorded streams under {}", recordings_dir().display());
    }
    recordings
}

fn recording(path: &Path) -> Option<RecordedStream> {
    let text = fs::read_to_string(path).ok()?;
    let lines: Vec<String> =
        text.lines().filter(|line| !line.trim().is_empty() && *line != "[DONE]").map(str::to_owned).collect();
    let first: Value = serde_json::from_str(lines.first()?).ok()?;
    let format = match first.get("object").and_then(Value::as_str) {
        Some("chat.completion.chunk") => StreamFormat::Chat,
        None if first.get("message").is_some() && first.get("done").is_some() => StreamFormat::Ollama,
        _ => return None,
    };
    Some(RecordedStream { name: path.display().to_string(), format, lines })
}

/// Extracts the text of a recording from its JSON, independently of the decoders.
fn expected_text(recording: &RecordedStream) -> String {
    let chunks = recording.lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let content = chunks.map(|chunk| match recording.format {
        StreamFormat::Chat => chunk.pointer("/choices/0/delta/content").cloned(),
        StreamFormat::Ollama => chunk.pointer("/message/content").cloned(),
    });
    content
        .flatten()
        .map(|content| match content {
            Value::String(text) => text,
            Value::Array(parts) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
            _ => String::new(),
        })
        .collect()
}

fn decoded_text(result: &DecodeResult) -> String {
    let text = result.events.iter().filter_map(|event| match event {
        ModelEvent::Text(text) => Some(text.as_str()),
        _ => None,
    });
    text.collect()
}

#[test]
fn recorded_streams_are_decoded() {
    for recording in recordings() {
        let name = &recording.name;
        let result = recording
            .format
            .decode_whole(RecordedStream::body(&recording.lines, recording.format).as_bytes());
        assert!(result.is_finished(), "{name}: {:?}", result.error);
        assert_eq!(decoded_text(&result), expected_text(&recording), "{name}");
        let calls: Vec<_> = result
            .events
            .iter()
            .filter_map(|event| match event {
                ModelEvent::ToolCall(call) => Some(call),
                _ => None,
            })
            .collect();
        for call in &calls {
            assert!(!call.id.is_empty() && !call.name.is_empty(), "{name}: {call:?}");
            assert!(
                serde_json::from_str::<Value>(&call.arguments).is_ok_and(|value| value.is_object()),
                "{name}: {call:?}"
            );
        }
        let has_calls = recording.lines.iter().any(|line| {
            serde_json::from_str::<Value>(line)
                .unwrap()
                .pointer("/choices/0/delta/tool_calls")
                .is_some_and(Value::is_array)
        });
        assert_eq!(!calls.is_empty(), has_calls, "{name}");
        assert_eq!(
            result.events.last() == Some(&ModelEvent::Finished(FinishReason::ToolCalls)),
            has_calls,
            "{name}"
        );
        let usage = result.events.iter().rev().find_map(|event| match event {
            ModelEvent::Usage(usage) => Some(usage),
            _ => None,
        });
        let usage = usage.unwrap_or_else(|| panic!("{name} has no usage"));
        assert!(
            usage.output_tokens > 0 && usage.reasoning_tokens <= usage.output_tokens,
            "{name}: {usage:?}"
        );
        assert!(usage.cached_tokens <= usage.input_tokens, "{name}: {usage:?}");
    }
}

#[test]
fn recorded_streams_split_at_every_byte_decode_to_the_same_events() {
    for recording in recordings() {
        let short = recording.shortened(2500);
        assert_same_at_every_split(&recording.name, recording.format, short.as_bytes());
        let body = RecordedStream::body(&recording.lines, recording.format);
        assert_same_in_small_chunks(&recording.name, recording.format, body.as_bytes());
    }
}

#[test]
fn recorded_streams_split_at_random_decode_to_the_same_events() {
    let mut runner = TestRunner::deterministic();
    let sizes = proptest::collection::vec(0_usize..700, 1..400);
    for recording in recordings() {
        let body = RecordedStream::body(&recording.lines, recording.format);
        let whole = recording.format.decode_whole(body.as_bytes());
        for _ in 0..16 {
            let sizes = sizes.new_tree(&mut runner).unwrap().current();
            assert_eq!(recording.format.decode(split(body.as_bytes(), &sizes)), whole, "{}", recording.name);
        }
    }
}
