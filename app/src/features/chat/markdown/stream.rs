//! Incremental rendering of growing text: finished parts are rendered once, only the rest is rendered again.

use super::{
    code::OpenCodeBlock,
    render::{HeadingLevels, LinkDefinitions, MarkdownLabels, normalize_label, options, render_fragment},
};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// Renders growing Markdown text. Each update only renders the unfinished rest, usually one block; the result does
/// not depend on how the text was split.
///
/// One difference to rendering the whole text at once: a link whose definition comes *later*, in another block, is
/// not resolved, because finished blocks are never rendered again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarkdownStream {
    labels: MarkdownLabels,
    finished: Vec<String>,
    finished_bytes: usize,
    definitions: LinkDefinitions,
    headings: HeadingLevels,
    tail: String,
    code: Option<OpenCodeBlock>,
    text_bytes: usize,
    pub(super) tail_source: String,
}

impl MarkdownStream {
    /// Creates an empty stream.
    #[must_use]
    pub fn new(labels: MarkdownLabels) -> Self {
        Self { labels, ..Self::default() }
    }

    /// Sets the labels. Returns false if they changed, which clears the stream.
    pub fn relabel(&mut self, labels: MarkdownLabels) -> bool {
        if self.labels == labels {
            return true;
        }
        *self = Self::new(labels);
        false
    }

    /// Returns the HTML of the finished parts, in order. Parts are only ever appended.
    #[must_use]
    pub fn finished(&self) -> &[String] {
        &self.finished
    }

    /// Returns the HTML of the unfinished rest; empty while the rest is an open code block.
    #[must_use]
    pub fn tail(&self) -> &str {
        &self.tail
    }

    /// Returns the open code block at the end, if there is one.
    #[must_use]
    pub const fn code(&self) -> Option<&OpenCodeBlock> {
        self.code.as_ref()
    }

    /// Returns the HTML of the whole text.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = self.finished.concat();
        html.push_str(&self.tail);
        if let Some(code) = &self.code {
            html.push_str(&code.html(&self.labels));
        }
        html
    }

    /// Sets the whole text. If it does not continue the previous text (because it was cut), the stream starts
    /// again and false is returned.
    pub fn set(&mut self, text: &str) -> bool {
        if self.append_to_code(text) {
            return true;
        }
        let Some(rest) = text.get(self.finished_bytes..).filter(|_| self.is_continuation(text)) else {
            *self = Self::new(std::mem::take(&mut self.labels));
            self.render_rest(text);
            return false;
        };
        self.render_rest(rest);
        true
    }

    /// Returns whether `text` continues the finished parts. Their source is not kept: the text continues if it is
    /// longer than before, or if only the unfinished rest was cut.
    fn is_continuation(&self, text: &str) -> bool {
        text.len() >= self.finished_bytes
            && (text.len() >= self.text_bytes
                || text.get(self.finished_bytes..).is_some_and(|rest| self.tail_source.starts_with(rest)))
    }

    /// Appends new text to the open code block. Returns false if there is none or it has been closed.
    fn append_to_code(&mut self, text: &str) -> bool {
        let (Some(code), Some(added)) = (&mut self.code, text.get(self.text_bytes..)) else { return false };
        if !code.push(added) {
            self.code = None;
            return false;
        }
        self.tail_source.push_str(added);
        self.text_bytes = text.len();
        true
    }

    fn render_rest(&mut self, rest: &str) {
        let (finished, open) = rest.split_at_checked(finished_end(rest)).unwrap_or(("", rest));
        if !finished.is_empty() {
            self.finished.push(render_fragment(
                finished,
                &self.definitions,
                &mut self.headings,
                &self.labels,
            ));
            self.collect_definitions(finished);
            self.finished_bytes += finished.len();
        }
        self.code = OpenCodeBlock::parse(open);
        self.tail = match self.code {
            Some(_) => String::new(),
            None => render_fragment(open, &self.definitions, &mut self.headings.clone(), &self.labels),
        };
        open.clone_into(&mut self.tail_source);
        self.text_bytes = self.finished_bytes + open.len();
    }

    fn collect_definitions(&mut self, text: &str) {
        let parser = Parser::new_ext(text, options());
        for (label, definition) in parser.reference_definitions().iter() {
            let title = definition.title.as_deref().unwrap_or_default().to_owned();
            // The first definition of a label takes precedence (CommonMark 0.31, 4.7).
            self.definitions
                .entry(normalize_label(label))
                .or_insert_with(|| (definition.dest.to_string(), title));
        }
    }
}

/// Returns the position of the last block that may still change.
///
/// A block is finished when it is followed by a block that no further text can join to it: one whose first line is
/// complete and that follows a blank line or a self-terminating block, or that is a fenced code block. A fenced
/// code block is itself finished by its closing fence.
fn finished_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut end = 0;
    let mut is_self_terminating = false;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        let is_start = matches!(event, Event::Start(_));
        if depth == 0 && (is_start || matches!(event, Event::Rule)) {
            let line = text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            let is_separate = is_self_terminating
                || is_after_blank_line(text, line)
                || matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))));
            if line > 0 && is_line_complete(text, line) && is_separate {
                end = line;
            }
            is_self_terminating =
                matches!(event, Event::Rule | Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_)));
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                // An indented code block may continue after blank lines.
                if depth == 0 && tag == TagEnd::CodeBlock {
                    is_self_terminating = is_fenced(text, range.start);
                    if let (true, Some(after)) = (is_self_terminating, end_of_line(text, range.end)) {
                        end = after;
                    }
                }
            }
            _ => {}
        }
    }
    end
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

/// Returns the start of the next line if only whitespace is left on this one; `None` for a code block that is
/// still open.
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
