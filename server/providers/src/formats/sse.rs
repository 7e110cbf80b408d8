//! Server-sent events, as far as models use them: only the data matters.
//!
//! Follows "Interpreting an event stream" of the HTML standard, with one addition: an event that
//! the end of the body leaves open is given out too, since vendors often omit the last blank line.

use super::{MAX_EVENT_BYTES, broken, lines::Lines};
use penny_ports::models::ModelError;

/// Turns bytes into the data of events.
#[derive(Debug)]
pub(crate) struct EventData {
    lines: Lines,
    data: Data,
}

#[derive(Debug, Default)]
struct Data {
    text: String,
    has_any: bool,
    is_past_first_line: bool,
}

impl EventData {
    pub(crate) fn new() -> Self {
        Self { lines: Lines::new(MAX_EVENT_BYTES), data: Data::default() }
    }

    /// Takes bytes and calls `each` with the data of every event they complete.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        let Self { lines, data } = self;
        lines.push(bytes, |line| data.line(line, &mut each))
    }

    /// Gives out the event the end of the body left open, if any.
    pub(crate) fn end(
        &mut self,
        mut each: impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        if let Some(line) = self.lines.end() {
            self.data.line(&line, &mut each)?;
        }
        self.data.line("", &mut each)
    }
}

impl Data {
    fn line(
        &mut self,
        line: &str,
        each: &mut impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        let line = match std::mem::replace(&mut self.is_past_first_line, true) {
            false => line.strip_prefix('\u{feff}').unwrap_or(line),
            true => line,
        };
        if line.is_empty() {
            if std::mem::take(&mut self.has_any) {
                each(&self.text)?;
                self.text.clear();
            }
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            if self.text.len() + value.len() > MAX_EVENT_BYTES {
                return Err(broken(format!("an event is larger than {MAX_EVENT_BYTES} bytes")));
            }
            if self.has_any {
                self.text.push('\n');
            }
            self.text.push_str(value);
            self.has_any = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(body: &str) -> Vec<String> {
        let (mut events, mut found) = (EventData::new(), Vec::new());
        let mut each = |data: &str| {
            found.push(data.to_owned());
            Ok(())
        };
        events.push(body.as_bytes(), &mut each).unwrap();
        events.end(&mut each).unwrap();
        found
    }

    #[test]
    fn the_data_of_events_comes_out_whatever_stands_around_it() {
        assert_eq!(data("data: a\n\n"), ["a"]);
        assert_eq!(data("\u{feff}data:a\r\n\r\ndata:  b\n\n"), ["a", " b"]);
        assert_eq!(data(": comment\nevent: x\nid: 1\nretry: 5\ndata: a\n\n"), ["a"]);
        assert_eq!(data("data: a\ndata: b\n\n"), ["a\nb"]);
        assert_eq!(data("data\n\n"), [""]);
        assert_eq!(data("event: ping\n\n\n\n"), Vec::<String>::new());
        assert_eq!(data("<html>nonsense</html>"), Vec::<String>::new());
    }

    #[test]
    fn an_event_without_its_blank_line_is_given_out_at_the_end() {
        assert_eq!(data("data: a\n\ndata: [DONE]"), ["a", "[DONE]"]);
        assert_eq!(data("data: [DONE]\n"), ["[DONE]"]);
    }

    #[test]
    fn data_in_many_lines_is_bounded_too() {
        let line = format!("data: {}\n", "x".repeat(1000));
        let mut events = EventData::new();
        let outcome = (0..2000).try_for_each(|_| events.push(line.as_bytes(), |_| Ok(())));
        assert!(matches!(outcome, Err(ModelError::Broken { .. })));
    }
}
