//! Decoding of server-sent events to their data; other fields are ignored.
//!
//! Follows "Interpreting an event stream" of the HTML standard, with one difference: an event without
//! the final blank line is emitted at the end of the body, because vendors often omit that line.

use super::{MAX_EVENT_BYTES, line_splitter::LineSplitter, stream_failed};
use penny_ports::models::ModelError;

/// Decodes bytes into the data of events.
#[derive(Debug)]
pub(crate) struct SseDecoder {
    lines: LineSplitter,
    data: SseData,
}

#[derive(Debug, Default)]
struct SseData {
    text: String,
    /// Whether the current event has a data field, which may be empty.
    has_data: bool,
    is_past_first_line: bool,
}

impl SseDecoder {
    pub(crate) fn new() -> Self {
        Self { lines: LineSplitter::new(MAX_EVENT_BYTES), data: SseData::default() }
    }

    /// Appends bytes and calls `on_event` with the data of every completed event.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        mut on_event: impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        let Self { lines, data } = self;
        lines.push(bytes, |line| data.push_line(line, &mut on_event))
    }

    /// Ends the body and calls `on_event` for an event without its final blank line.
    pub(crate) fn end(
        &mut self,
        mut on_event: impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        if let Some(line) = self.lines.end() {
            self.data.push_line(&line, &mut on_event)?;
        }
        self.data.push_line("", &mut on_event)
    }
}

impl SseData {
    fn push_line(
        &mut self,
        line: &str,
        on_event: &mut impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        let line = match std::mem::replace(&mut self.is_past_first_line, true) {
            false => line.strip_prefix('\u{feff}').unwrap_or(line),
            true => line,
        };
        if line.is_empty() {
            if std::mem::take(&mut self.has_data) {
                on_event(&self.text)?;
                self.text.clear();
            }
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            if self.text.len() + value.len() > MAX_EVENT_BYTES {
                return Err(stream_failed(format!("an event is larger than {MAX_EVENT_BYTES} bytes")));
            }
            if self.has_data {
                self.text.push('\n');
            }
            self.text.push_str(value);
            self.has_data = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(body: &str) -> Vec<String> {
        let (mut decoder, mut result) = (SseDecoder::new(), Vec::new());
        let mut on_event = |data: &str| {
            result.push(data.to_owned());
            Ok(())
        };
        decoder.push(body.as_bytes(), &mut on_event).unwrap();
        decoder.end(&mut on_event).unwrap();
        result
    }

    #[test]
    fn the_data_of_events_is_extracted() {
        assert_eq!(data("data: a\n\n"), ["a"]);
        assert_eq!(data("\u{feff}data:a\r\n\r\ndata:  b\n\n"), ["a", " b"]);
        assert_eq!(data(": comment\nevent: x\nid: 1\nretry: 5\ndata: a\n\n"), ["a"]);
        assert_eq!(data("data: a\ndata: b\n\n"), ["a\nb"]);
        assert_eq!(data("data\n\n"), [""]);
        assert_eq!(data("event: ping\n\n\n\n"), Vec::<String>::new());
        assert_eq!(data("<html>nonsense</html>"), Vec::<String>::new());
    }

    #[test]
    fn an_event_without_its_blank_line_is_emitted_at_the_end() {
        assert_eq!(data("data: a\n\ndata: [DONE]"), ["a", "[DONE]"]);
        assert_eq!(data("data: [DONE]\n"), ["[DONE]"]);
    }

    #[test]
    fn data_of_many_lines_is_bounded() {
        let line = format!("data: {}\n", "x".repeat(1000));
        let mut decoder = SseDecoder::new();
        let outcome = (0..2000).try_for_each(|_| decoder.push(line.as_bytes(), |_| Ok(())));
        assert!(matches!(outcome, Err(ModelError::StreamFailed { .. })));
    }
}
