//! From parsed Markdown to HTML.

use super::links;
use pulldown_cmark::{
    Alignment, BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd,
};
use std::collections::HashMap;

/// How deep quotes and lists may nest; what is deeper is shown at this depth.
const MAX_DEPTH: usize = 12;

/// How much of a language's name is shown.
pub const LANGUAGE_CHARS: usize = 32;

/// The words the rendered text needs, in the reader's language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// On the button that copies a block of code.
    pub copy: String,
    /// Before the address of an image that is not loaded.
    pub image: String,
}

/// Link definitions (`[name]: address`) met so far, by their folded name.
pub(super) type Definitions = HashMap<String, (String, String)>;

/// Renders a whole text.
#[must_use]
pub fn render(text: &str, labels: &Labels) -> String {
    let mut stream = super::MarkdownStream::new(labels.clone());
    stream.set(text);
    stream.html()
}

pub(super) const fn options() -> Options {
    Options::ENABLE_TABLES.union(Options::ENABLE_TASKLISTS).union(Options::ENABLE_STRIKETHROUGH)
}

/// Folds a link definition's name as CommonMark does: case and blanks do not count.
pub(super) fn fold(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The headings one stands under, as they were written, outermost first.
pub(super) type Outline = Vec<HeadingLevel>;

/// Renders one stretch of text, with the definitions of what came before it and under its headings.
pub(super) fn render_stretch(
    text: &str,
    definitions: &Definitions,
    outline: &mut Outline,
    labels: &Labels,
) -> String {
    let resolve = |link: BrokenLink<'_>| {
        let (address, title) = definitions.get(&fold(&link.reference))?;
        Some((CowStr::from(address.clone()), CowStr::from(title.clone())))
    };
    let mut writer = Writer::new(labels, outline, text.len());
    for event in Parser::new_with_broken_link_callback(text, options(), Some(resolve)) {
        writer.take(event);
    }
    writer.html
}

struct Writer<'a> {
    html: String,
    labels: &'a Labels,
    outline: &'a mut Outline,
    /// Quotes and lists open now, those beyond the bound included.
    depth: usize,
    /// Whether each open link was written, innermost last.
    links: Vec<bool>,
    /// The address of the image whose description is being read; descriptions nest.
    images: Vec<Option<String>>,
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
}

impl<'a> Writer<'a> {
    fn new(labels: &'a Labels, outline: &'a mut Outline, size: usize) -> Self {
        Self {
            html: String::with_capacity(size + size / 4),
            labels,
            outline,
            depth: 0,
            links: Vec::new(),
            images: Vec::new(),
            alignments: Vec::new(),
            column: 0,
            in_head: false,
        }
    }

    fn take(&mut self, event: Event<'_>) {
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
                self.in_head = true;
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
                self.in_head = false;
                self.html.push_str("</tr></thead><tbody>");
            }
            TagEnd::TableRow => self.html.push_str("</tr>"),
            TagEnd::TableCell => self.html.push_str(if self.in_head { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.html.push_str("</em>"),
            TagEnd::Strong => self.html.push_str("</strong>"),
            TagEnd::Strikethrough => self.html.push_str("</del>"),
            TagEnd::Link if self.links.pop() == Some(true) => self.html.push_str("</a>"),
            TagEnd::Image => self.close_image(),
            _ => {}
        }
    }

    /// Opens a quote or list, unless it is too deep: then its content stands in the one around it.
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

    /// Headings of a message stand below those of the page, one level after the other whatever levels
    /// were skipped, and look as deep as they were written.
    fn open_heading(&mut self, level: HeadingLevel) {
        while self.outline.last().is_some_and(|above| *above >= level) {
            self.outline.pop();
        }
        self.outline.push(level);
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
        match self.outline.len() {
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
            CodeBlockKind::Fenced(words) => words.split_whitespace().next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        open_code(&mut self.html, language, self.labels);
    }

    fn open_cell(&mut self) {
        let alignment = self.alignments.get(self.column).copied().unwrap_or(Alignment::None);
        self.column += 1;
        self.html.push_str(if self.in_head { "<th" } else { "<td" });
        self.html.push_str(match alignment {
            Alignment::Right => " class=\"md-right\">",
            Alignment::Center => " class=\"md-center\">",
            Alignment::None | Alignment::Left => ">",
        });
    }

    fn open_link(&mut self, address: &str, title: &str) {
        // A link inside an image's description would nest links.
        let address = if self.images.is_empty() { links::safe(address) } else { None };
        self.links.push(address.is_some());
        if let Some(address) = address {
            self.anchor("", address, title);
        }
    }

    fn open_image(&mut self, address: &str) {
        let is_linked = self.links.last() == Some(&true) || !self.images.is_empty();
        let address = if is_linked { None } else { links::safe(address).map(ToOwned::to_owned) };
        if let Some(address) = &address {
            self.anchor(" class=\"md-image\"", address, "");
        }
        escape(&mut self.html, &self.labels.image);
        self.html.push_str(": ");
        self.images.push(address);
    }

    fn close_image(&mut self) {
        if let Some(Some(address)) = self.images.pop() {
            self.html.push_str(" <small>");
            escape(&mut self.html, &address.chars().take(80).collect::<String>());
            self.html.push_str("</small></a>");
        }
    }

    fn anchor(&mut self, class: &str, address: &str, title: &str) {
        self.html.push_str("<a");
        self.html.push_str(class);
        self.html.push_str(" href=\"");
        escape(&mut self.html, address);
        if !title.is_empty() {
            self.html.push_str("\" title=\"");
            escape(&mut self.html, title);
        }
        self.html.push_str("\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">");
    }
}

/// Opens a block of code: its language, a button that copies it, and where its text goes.
pub(super) fn open_code(html: &mut String, language: &str, labels: &Labels) {
    html.push_str("<div class=\"md-code\"><div class=\"md-code-bar\"><span>");
    escape(html, &language.chars().take(LANGUAGE_CHARS).collect::<String>());
    html.push_str("</span><button type=\"button\" data-copy-code>");
    escape(html, &labels.copy);
    html.push_str("</button></div><pre tabindex=\"0\"><code>");
}

/// Closes what [`open_code`] opened.
pub(super) fn close_code(html: &mut String) {
    html.push_str("</code></pre></div>");
}

/// Writes text so that HTML reads it as text, in element content and in quoted attributes alike.
/// Control characters, which HTML forbids, become the replacement character.
pub fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(letter),
            '\r' => {}
            _ if letter.is_control() => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
}
