//! Renders parsed Markdown as HTML.

use super::links;
use pulldown_cmark::{
    Alignment, BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd,
};
use std::collections::HashMap;

/// Maximum nesting depth of block quotes and lists; deeper content is rendered at this depth.
const MAX_DEPTH: usize = 12;

/// Maximum length of the displayed language of a code block.
pub const LANGUAGE_CHARS: usize = 32;

/// Translated labels of the rendered HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarkdownLabels {
    /// The copy button of code blocks.
    pub copy: String,
    /// Prefix of a link that replaces an image.
    pub image: String,
}

/// Link reference definitions (`[label]: url`) as pairs of URL and title, by normalised label.
pub(super) type LinkDefinitions = HashMap<String, (String, String)>;

/// Renders a whole text.
#[must_use]
pub fn render(text: &str, labels: &MarkdownLabels) -> String {
    let mut stream = super::MarkdownStream::new(labels.clone());
    stream.set(text);
    stream.html()
}

pub(super) const fn options() -> Options {
    Options::ENABLE_TABLES.union(Options::ENABLE_TASKLISTS).union(Options::ENABLE_STRIKETHROUGH)
}

/// Normalises a link label as CommonMark does: case and runs of whitespace are ignored.
pub(super) fn normalize_label(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The levels of the enclosing headings, outermost first.
pub(super) type HeadingLevels = Vec<HeadingLevel>;

/// Renders a fragment of a text, given the link definitions and the enclosing headings of the text before it.
pub(super) fn render_fragment(
    text: &str,
    definitions: &LinkDefinitions,
    headings: &mut HeadingLevels,
    labels: &MarkdownLabels,
) -> String {
    let resolve = |link: BrokenLink<'_>| {
        let (url, title) = definitions.get(&normalize_label(&link.reference))?;
        Some((CowStr::from(url.clone()), CowStr::from(title.clone())))
    };
    let mut writer = HtmlWriter::new(labels, headings, text.len());
    for event in Parser::new_with_broken_link_callback(text, options(), Some(resolve)) {
        writer.write(event);
    }
    writer.html
}

struct HtmlWriter<'a> {
    html: String,
    labels: &'a MarkdownLabels,
    headings: &'a mut HeadingLevels,
    /// Number of open block quotes and lists, including those beyond the maximum depth.
    depth: usize,
    /// Whether each open link was written, innermost last.
    links: Vec<bool>,
    /// The URLs of the open images; image descriptions can nest.
    images: Vec<Option<String>>,
    alignments: Vec<Alignment>,
    column: usize,
    is_in_head: bool,
}

impl<'a> HtmlWriter<'a> {
    fn new(labels: &'a MarkdownLabels, headings: &'a mut HeadingLevels, size: usize) -> Self {
        Self {
            html: String::with_capacity(size + size / 4),
            labels,
            headings,
            depth: 0,
            links: Vec::new(),
            images: Vec::new(),
            alignments: Vec::new(),
            column: 0,
            is_in_head: false,
        }
    }

    fn write(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => escape(&mut self.html, &text),
            Event::Code(code) => {
                self.html.push_str("<code>");
                escape(&mut self.html, &code);
                self.html.push_str("</code>");
            }
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>"),
            Event::Rule => self.html.push_str("<hr>"),
            Event::TaskListMarker(is_done) => {
                self.html.push_str("<input type=\"checkbox\" disabled");
                self.html.push_str(if is_done { " checked> " } else { "> " });
            }
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                escape(&mut self.html, &text);
            }
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.html.push_str("<p>"),
            Tag::Heading { level, .. } => self.open_heading(level),
            Tag::BlockQuote(_) => self.nest("<blockquote>"),
            Tag::List(start) => self.open_list(start),
            Tag::Item => self.html.push_str("<li>"),
            Tag::CodeBlock(kind) => self.open_code(&kind),
            Tag::Table(alignments) => {
                self.alignments = alignments;
                self.html.push_str("<div class=\"md-table\" tabindex=\"0\" role=\"group\"><table>");
            }
            Tag::TableHead => {
                self.is_in_head = true;
                self.column = 0;
                self.html.push_str("<thead><tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.html.push_str("<tr>");
            }
            Tag::TableCell => self.open_cell(),
            Tag::Emphasis => self.html.push_str("<em>"),
            Tag::Strong => self.html.push_str("<strong>"),
            Tag::Strikethrough => self.html.push_str("<del>"),
            Tag::Link { dest_url, title, .. } => self.open_link(&dest_url, &title),
            Tag::Image { dest_url, .. } => self.open_image(&dest_url),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.html.push_str("</p>"),
            TagEnd::Heading(_) => {
                self.html.push_str("</h");
                self.html.push(self.heading_digit());
                self.html.push('>');
            }
            TagEnd::BlockQuote(_) => self.unnest("</blockquote>"),
            TagEnd::List(is_ordered) => self.unnest(if is_ordered { "</ol>" } else { "</ul>" }),
            TagEnd::Item => self.html.push_str("</li>"),
            TagEnd::CodeBlock => close_code(&mut self.html),
            TagEnd::Table => self.html.push_str("</tbody></table></div>"),
            TagEnd::TableHead => {
                self.is_in_head = false;
                self.html.push_str("</tr></thead><tbody>");
            }
            TagEnd::TableRow => self.html.push_str("</tr>"),
            TagEnd::TableCell => self.html.push_str(if self.is_in_head { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.html.push_str("</em>"),
            TagEnd::Strong => self.html.push_str("</strong>"),
            TagEnd::Strikethrough => self.html.push_str("</del>"),
            TagEnd::Link if self.links.pop() == Some(true) => self.html.push_str("</a>"),
            TagEnd::Image => self.close_image(),
            _ => {}
        }
    }

    /// Opens a block quote or list, unless the maximum depth is reached.
    fn nest(&mut self, tag: &str) {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            self.html.push_str(tag);
        }
    }

    fn unnest(&mut self, tag: &str) {
        if self.depth <= MAX_DEPTH {
            self.html.push_str(tag);
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// Opens a heading below the headings of the page. Heading elements never skip a level; their class has the
    /// level as written.
    fn open_heading(&mut self, level: HeadingLevel) {
        while self.headings.last().is_some_and(|above| *above >= level) {
            self.headings.pop();
        }
        self.headings.push(level);
        self.html.push_str("<h");
        self.html.push(self.heading_digit());
        self.html.push_str(match level {
            HeadingLevel::H1 => " class=\"md-h1\">",
            HeadingLevel::H2 => " class=\"md-h2\">",
            HeadingLevel::H3 => " class=\"md-h3\">",
            _ => " class=\"md-h4\">",
        });
    }

    fn heading_digit(&self) -> char {
        match self.headings.len() {
            ..=1 => '3',
            2 => '4',
            3 => '5',
            _ => '6',
        }
    }

    fn open_list(&mut self, start: Option<u64>) {
        match start {
            None => self.nest("<ul>"),
            Some(1) => self.nest("<ol>"),
            Some(start) => self.nest(&format!("<ol start=\"{start}\">")),
        }
    }

    fn open_code(&mut self, kind: &CodeBlockKind<'_>) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        open_code(&mut self.html, language, self.labels);
    }

    fn open_cell(&mut self) {
        let alignment = self.alignments.get(self.column).copied().unwrap_or(Alignment::None);
        self.column += 1;
        self.html.push_str(if self.is_in_head { "<th" } else { "<td" });
        self.html.push_str(match alignment {
            Alignment::Right => " class=\"md-right\">",
            Alignment::Center => " class=\"md-center\">",
            Alignment::None | Alignment::Left => ">",
        });
    }

    fn open_link(&mut self, url: &str, title: &str) {
        // Images are rendered as links, so a link inside an image description would be nested.
        let url = if self.images.is_empty() { links::safe_url(url) } else { None };
        self.links.push(url.is_some());
        if let Some(url) = url {
            self.open_anchor("", url, title);
        }
    }

    fn open_image(&mut self, url: &str) {
        let is_linked = self.links.last() == Some(&true) || !self.images.is_empty();
        let url = if is_linked { None } else { links::safe_url(url).map(ToOwned::to_owned) };
        if let Some(url) = &url {
            self.open_anchor(" class=\"md-image\"", url, "");
        }
        escape(&mut self.html, &self.labels.image);
        self.html.push_str(": ");
        self.images.push(url);
    }

    fn close_image(&mut self) {
        if let Some(Some(url)) = self.images.pop() {
            self.html.push_str(" <small>");
            escape(&mut self.html, &url.chars().take(80).collect::<String>());
            self.html.push_str("</small></a>");
        }
    }

    fn open_anchor(&mut self, class: &str, url: &str, title: &str) {
        self.html.push_str("<a");
        self.html.push_str(class);
        self.html.push_str(" href=\"");
        escape(&mut self.html, url);
        if !title.is_empty() {
            self.html.push_str("\" title=\"");
            escape(&mut self.html, title);
        }
        self.html.push_str("\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">");
    }
}

/// Writes the start of a code block: its language, the copy button and the opening tags of the code.
pub(super) fn open_code(html: &mut String, language: &str, labels: &MarkdownLabels) {
    html.push_str("<div class=\"md-code\"><div class=\"md-code-bar\"><span>");
    escape(html, &language.chars().take(LANGUAGE_CHARS).collect::<String>());
    html.push_str("</span><button type=\"button\" data-copy-code>");
    escape(html, &labels.copy);
    html.push_str("</button></div><pre tabindex=\"0\"><code>");
}

/// Writes the end of a code block.
pub(super) fn close_code(html: &mut String) {
    html.push_str("</code></pre></div>");
}

/// Escapes text for element content and quoted attributes. Control characters, which HTML forbids, become the
/// replacement character.
pub fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            '\r' => {}
            _ if character.is_control() => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
}
