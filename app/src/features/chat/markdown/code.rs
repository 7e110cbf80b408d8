//! A block of code that is being written: it can be long, and only ever grows at its end, so what is
//! there is kept and not rendered again.

use super::render::{Labels, close_code, escape, open_code};

/// A fenced block of code at the margin whose end has not come (CommonMark 0.31, 4.5). Those in lists and
/// quotes, and indented ones, are left to the parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCode {
    language: String,
    fence: Fence,
    lines: String,
    last: String,
}

/// The line that opens a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fence {
    letter: char,
    length: usize,
}

impl OpenCode {
    /// Reads a text that begins with a block of code and does not end it.
    pub(super) fn find(text: &str) -> Option<Self> {
        let (first, rest) = text.split_once('\n')?;
        let letter = first.chars().next().filter(|letter| matches!(letter, '`' | '~'))?;
        let info = first.trim_start_matches(letter);
        let length = first.len() - info.len();
        // What needs more than reading line by line is left to the parser.
        let is_plain =
            !first.contains('\r') && !info.contains(['\\', '&']) && (letter == '~' || !info.contains('`'));
        if length < 3 || !is_plain {
            return None;
        }
        let language = info.split_whitespace().next().unwrap_or_default().to_owned();
        let fence = Fence { letter, length };
        let mut code = Self { language, fence, lines: String::new(), last: String::new() };
        code.feed(rest).then_some(code)
    }

    /// Takes in what was written further. `false` says that the block has ended, or that its lines end
    /// in a way that needs the parser; then it is no longer of use.
    pub(super) fn feed(&mut self, more: &str) -> bool {
        if more.contains('\r') {
            return false;
        }
        self.last.push_str(more);
        let whole = self.last.rfind('\n').map_or(0, |at| at + 1);
        let last = self.last.split_off(whole);
        let lines = std::mem::replace(&mut self.last, last);
        for line in lines.split_inclusive('\n') {
            if self.fence.is_closed_by(line) {
                return false;
            }
            self.lines.push_str(line);
        }
        !self.fence.is_closed_by(&self.last)
    }

    /// Returns the language it says it is in.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Returns the lines that are complete. They only grow.
    #[must_use]
    pub fn lines(&self) -> &str {
        &self.lines
    }

    /// Returns the line that is being written, once there is something to see in it.
    #[must_use]
    pub fn last(&self) -> &str {
        if self.last.trim().is_empty() { "" } else { &self.last }
    }

    /// Renders all of it.
    #[must_use]
    pub fn html(&self, labels: &Labels) -> String {
        let mut html = String::with_capacity(self.lines.len() + 256);
        open_code(&mut html, &self.language, labels);
        escape(&mut html, &self.lines);
        escape(&mut html, self.last());
        close_code(&mut html);
        html
    }
}

impl Fence {
    fn is_closed_by(self, line: &str) -> bool {
        let line = line.get(blanks(line, 3)..).unwrap_or_default();
        let rest = line.trim_start_matches(self.letter);
        line.len() - rest.len() >= self.length
            && rest.chars().all(|letter| matches!(letter, ' ' | '\t' | '\n'))
    }
}

/// Counts the blanks a line begins with, up to so many.
fn blanks(line: &str, most: usize) -> usize {
    line.bytes().take(most).take_while(|byte| *byte == b' ').count()
}
