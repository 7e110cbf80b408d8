//! An open code block at the end of a growing text. It can be long and only grows at its end, so its lines are kept
//! and not rendered again.

use super::render::{MarkdownLabels, close_code, escape, open_code};

/// A fenced code block without indentation and without closing fence yet (CommonMark 0.31, 4.5). Code blocks in
/// lists and block quotes, and indented ones, are rendered by the parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCodeBlock {
    language: String,
    fence: Fence,
    lines: String,
    last_line: String,
}

/// The opening fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fence {
    character: char,
    length: usize,
}

impl OpenCodeBlock {
    /// Parses a text that starts with a code block and does not close it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (first, rest) = text.split_once('\n')?;
        let character = first.chars().next().filter(|character| matches!(character, '`' | '~'))?;
        let info = first.trim_start_matches(character);
        let length = first.len() - info.len();
        // Escapes, entities and carriage returns need the parser.
        let is_plain =
            !first.contains('\r') && !info.contains(['\\', '&']) && (character == '~' || !info.contains('`'));
        if length < 3 || !is_plain {
            return None;
        }
        let language = info.split_whitespace().next().unwrap_or_default().to_owned();
        let fence = Fence { character, length };
        let mut code = Self { language, fence, lines: String::new(), last_line: String::new() };
        code.push(rest).then_some(code)
    }

    /// Appends text. Returns false if the block has been closed or needs the parser; the value is then invalid.
    pub(super) fn push(&mut self, text: &str) -> bool {
        if text.contains('\r') {
            return false;
        }
        self.last_line.push_str(text);
        let complete_bytes = self.last_line.rfind('\n').map_or(0, |index| index + 1);
        let last_line = self.last_line.split_off(complete_bytes);
        let lines = std::mem::replace(&mut self.last_line, last_line);
        for line in lines.split_inclusive('\n') {
            if self.fence.is_closed_by(line) {
                return false;
            }
            self.lines.push_str(line);
        }
        !self.fence.is_closed_by(&self.last_line)
    }

    /// Returns the language of the info string; may be empty.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Returns the complete lines. They are only ever appended to.
    #[must_use]
    pub fn lines(&self) -> &str {
        &self.lines
    }

    /// Returns the incomplete last line; empty while it is blank.
    #[must_use]
    pub fn last_line(&self) -> &str {
        if self.last_line.trim().is_empty() { "" } else { &self.last_line }
    }

    /// Renders the whole block.
    #[must_use]
    pub fn html(&self, labels: &MarkdownLabels) -> String {
        let mut html = String::with_capacity(self.lines.len() + 256);
        open_code(&mut html, &self.language, labels);
        escape(&mut html, &self.lines);
        escape(&mut html, self.last_line());
        close_code(&mut html);
        html
    }
}

impl Fence {
    fn is_closed_by(self, line: &str) -> bool {
        let line = line.get(leading_spaces(line, 3)..).unwrap_or_default();
        let rest = line.trim_start_matches(self.character);
        line.len() - rest.len() >= self.length
            && rest.chars().all(|character| matches!(character, ' ' | '\t' | '\n'))
    }
}

/// Returns the number of leading spaces, at most `max`.
fn leading_spaces(line: &str, max: usize) -> usize {
    line.bytes().take(max).take_while(|byte| *byte == b' ').count()
}
