//! A text that grows: what cannot change any more is rendered once, only the tail anew.

use super::{
    code::OpenCode,
    render::{Definitions, Labels, Outline, fold, options, render_stretch},
};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// Renders a growing Markdown text. The work of each step is that of its unsealed tail, one block
/// long as a rule, and the outcome does not depend on how the text was cut into pieces.
///
/// One thing differs from rendering the text in one go: a link whose definition comes *later*, in
/// another block, stays as typed. What is sealed is never touched again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarkdownStream {
    labels: Labels,
    sealed: Vec<String>,
    sealed_bytes: usize,
    definitions: Definitions,
    outline: Outline,
    tail: String,
    code: Option<OpenCode>,
    seen_bytes: usize,
    pub(super) last_tail: String,
}

impl MarkdownStream {
    /// Begins with nothing.
    #[must_use]
    pub fn new(labels: Labels) -> Self {
        Self { labels, ..Self::default() }
    }

    /// Takes other labels; `false` says that everything was begun anew for them.
    pub fn relabel(&mut self, labels: Labels) -> bool {
        if self.labels == labels {
            return true;
        }
        *self = Self::new(labels);
        false
    }

    /// Returns the HTML of each sealed stretch, in order. Stretches are only ever added.
    #[must_use]
    pub fn sealed(&self) -> &[String] {
        &self.sealed
    }

    /// Returns the HTML of the tail; empty while the tail is a block of code that is being written.
    #[must_use]
    pub fn tail(&self) -> &str {
        &self.tail
    }

    /// Returns the block of code that is being written at the end, if there is one.
    #[must_use]
    pub const fn code(&self) -> Option<&OpenCode> {
        self.code.as_ref()
    }

    /// Returns the HTML of everything.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = self.sealed.concat();
        html.push_str(&self.tail);
        if let Some(code) = &self.code {
            html.push_str(&code.html(&self.labels));
        }
        html
    }

    /// Takes in the whole text as it is now. A text that is not a continuation of the one before
    /// (it was cut) is begun anew, and `false` says that sealed stretches went.
    pub fn set(&mut self, text: &str) -> bool {
        if self.grow_code(text) {
            return true;
        }
        let Some(rest) = text.get(self.sealed_bytes..).filter(|_| self.continues(text)) else {
            *self = Self::new(std::mem::take(&mut self.labels));
            self.advance(text);
            return false;
        };
        self.advance(rest);
        true
    }

    /// Says whether `text` begins with what was sealed. Sealed text is not kept: a text that only
    /// lost its end beyond the seal, or grew, continues; one cut inside the seal does not.
    fn continues(&self, text: &str) -> bool {
        text.len() >= self.sealed_bytes
            && (text.len() >= self.seen_bytes
                || text.get(self.sealed_bytes..).is_some_and(|rest| self.last_tail.starts_with(rest)))
    }

    /// Adds what was written to the open block of code; `false` when there is none, or no longer.
    fn grow_code(&mut self, text: &str) -> bool {
        let (Some(code), Some(more)) = (&mut self.code, text.get(self.seen_bytes..)) else { return false };
        if !code.feed(more) {
            self.code = None;
            return false;
        }
        self.last_tail.push_str(more);
        self.seen_bytes = text.len();
        true
    }

    fn advance(&mut self, rest: &str) {
        let cut = seal_point(rest);
        let (done, open) = rest.split_at_checked(cut).unwrap_or(("", rest));
        if !done.is_empty() {
            self.sealed.push(render_stretch(done, &self.definitions, &mut self.outline, &self.labels));
            self.collect_definitions(done);
            self.sealed_bytes += done.len();
        }
        self.code = OpenCode::find(open);
        self.tail = match self.code {
            Some(_) => String::new(),
            None => render_stretch(open, &self.definitions, &mut self.outline.clone(), &self.labels),
        };
        open.clone_into(&mut self.last_tail);
        self.seen_bytes = self.sealed_bytes + open.len();
    }

    fn collect_definitions(&mut self, text: &str) {
        let parser = Parser::new_ext(text, options());
        for (name, definition) in parser.reference_definitions().iter() {
            let title = definition.title.as_deref().unwrap_or_default().to_owned();
            // The first definition of a name counts (CommonMark 0.31, 4.7).
            self.definitions.entry(fold(name)).or_insert_with(|| (definition.dest.to_string(), title));
        }
    }
}

/// Finds where the last block that can still change begins.
///
/// A block is done when another follows it that nothing to come can join to it: one whose first
/// line is complete, and that stands after a blank line or after a block that ends by itself, or that is
/// a fenced block of code, which ends whatever it follows. Such a block is itself done with the line
/// that closes it.
fn seal_point(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut cut = 0;
    let mut ends_by_itself = false;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        let is_start = matches!(event, Event::Start(_));
        if depth == 0 && (is_start || matches!(event, Event::Rule)) {
            let line = text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            let stands_alone = ends_by_itself
                || is_after_blank_line(text, line)
                || matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))));
            if line > 0 && is_line_complete(text, line) && stands_alone {
                cut = line;
            }
            ends_by_itself =
                matches!(event, Event::Rule | Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_)));
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                // An indented block of code goes on after blank lines.
                if depth == 0 && tag == TagEnd::CodeBlock {
                    ends_by_itself = is_fenced(text, range.start);
                    if let (true, Some(after)) = (ends_by_itself, end_of_line(text, range.end)) {
                        cut = after;
                    }
                }
            }
            _ => {}
        }
    }
    cut
}

fn is_line_complete(text: &str, line: usize) -> bool {
    text.get(line..).is_some_and(|rest| rest.contains('\n'))
}

fn is_after_blank_line(text: &str, line: usize) -> bool {
    text.get(..line)
        .and_then(|before| before.strip_suffix('\n'))
        .and_then(|before| before.rsplit('\n').next())
        .is_some_and(|before| before.trim().is_empty())
}

/// Returns where the next line begins when nothing but blanks stands between; a block of code that is
/// still open has no such place.
fn end_of_line(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let at = rest.find('\n')?;
    rest.get(..at)?.trim().is_empty().then_some(from + at + 1)
}

fn is_fenced(text: &str, start: usize) -> bool {
    text.get(start..).is_some_and(|rest| {
        let rest = rest.trim_start_matches(' ');
        rest.starts_with("```") || rest.starts_with("~~~")
    })
}
