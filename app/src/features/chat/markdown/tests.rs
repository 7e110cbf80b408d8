use super::{MarkdownLabels, MarkdownStream, render};
use proptest::prelude::*;

fn labels() -> MarkdownLabels {
    MarkdownLabels { copy: "Copy".to_owned(), image: "Image".to_owned() }
}

fn html(text: &str) -> String {
    render(text, &labels())
}

#[test]
fn markdown_is_rendered_as_html() {
    for (text, expected) in [
        (
            "plain *em* **strong** ~~gone~~ `code`",
            "<p>plain <em>em</em> <strong>strong</strong> <del>gone</del> <code>code</code></p>",
        ),
        ("a\nb", "<p>a\nb</p>"),
        ("# One", "<h3 class=\"md-h1\">One</h3>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. c", "<ol start=\"3\"><li>c</li></ol>"),
        ("- [x] done", "<ul><li><input type=\"checkbox\" disabled checked> done</li></ul>"),
        ("> q", "<blockquote><p>q</p></blockquote>"),
        ("---", "<hr>"),
    ] {
        assert_eq!(html(text), expected, "{text}");
    }
}

#[test]
fn heading_elements_never_skip_a_level() {
    assert_eq!(
        html("## A\n\n#### B\n\n## C\n\n# D"),
        "<h3 class=\"md-h2\">A</h3><h4 class=\"md-h4\">B</h4><h3 class=\"md-h2\">C</h3><h3 class=\"md-h1\">D</h3>"
    );
}

#[test]
fn a_code_block_has_its_language_and_a_copy_button() {
    let html = html("```rust ignore\nlet a = 1 < 2;\n```");
    assert!(html.contains("<span>rust</span><button type=\"button\" data-copy-code>Copy</button>"), "{html}");
    assert!(html.contains("let a = 1 &lt; 2;"), "{html}");
}

#[test]
fn a_table_has_a_head_a_body_and_aligned_cells() {
    let html = html("| a | b |\n|---|--:|\n| 1 | 2 |");
    assert!(html.contains("<thead><tr><th>a</th><th class=\"md-right\">b</th></tr></thead>"), "{html}");
    assert!(html.contains("<tbody><tr><td>1</td><td class=\"md-right\">2</td></tr></tbody>"), "{html}");
}

#[test]
fn raw_html_is_shown_as_text() {
    for text in [
        "<script>alert(1)</script>",
        "hello <img src=x onerror=alert(1)>",
        "<iframe srcdoc=\"<script>1</script>\">",
        "```\"><script>\nx\n```",
        "<!-- --><b onmouseover=1>",
        "| <svg/onload=1> |\n|---|\n| <b> |",
        "&lt;script&gt;",
        "[x](https://a.b/\"onclick=\"alert(1))",
        "[x](https://a.b '\"><script>')",
    ] {
        assert_only_known_tags(&html(text));
    }
}

#[test]
fn only_web_and_mail_urls_become_links() {
    for good in ["https://a.b/c?d=1&e=2", "http://a.b", "HTTPS://A.B", "mailto:a@b.c"] {
        assert!(html(&format!("[x]({good})")).contains("<a href="), "{good} was rejected");
    }
    for bad in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,<script>1</script>",
        "vbscript:1",
        "file:///etc/passwd",
        "//evil.example",
        "/relative",
        "https:evil",
        "http://",
        "https://a.b/\u{202e}gpj.exe",
        "mailto:",
    ] {
        assert!(!html(&format!("[x](<{bad}>)")).contains("href"), "{bad} was accepted");
        assert!(!html(&format!("![x](<{bad}>)")).contains("href"), "{bad} was accepted");
    }
}

#[test]
fn links_open_in_a_new_tab_without_opener_and_referrer() {
    let html = html("[x](https://a.b)");
    assert!(html.contains("target=\"_blank\" rel=\"noopener noreferrer nofollow\""), "{html}");
}

#[test]
fn images_are_rendered_as_links() {
    let html = html("![a *secret*](https://evil.example/pixel?id=1)");
    assert!(!html.contains("<img"), "{html}");
    assert!(html.contains("<a class=\"md-image\" href=\"https://evil.example/pixel?id=1\""), "{html}");
}

#[test]
fn a_linked_image_does_not_nest_links() {
    let html = html("[![alt](https://a.b/i.png)](https://a.b)");
    assert_eq!(html.matches("<a ").count(), 1, "{html}");
    assert_eq!(html.matches("</a>").count(), 1, "{html}");
}

#[test]
fn nesting_is_bounded() {
    let quotes = html(&format!("{} deep", ">".repeat(5_000)));
    assert!(quotes.matches("<blockquote>").count() <= 12, "{}", quotes.len());
    assert_eq!(quotes.matches("<blockquote>").count(), quotes.matches("</blockquote>").count());
    let lists: String = (0..200).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect();
    assert!(html(&lists).matches("<ul>").count() <= 200);
    let _ = html(&"[".repeat(20_000));
    let _ = html(&"*a_".repeat(20_000));
}

#[test]
fn control_characters_do_not_reach_the_page() {
    let html = html("a\u{0}b\u{7}c\u{1b}[31m");
    assert!(!html.chars().any(|character| character.is_control() && character != '\n'), "{html:?}");
}

#[test]
fn a_link_definition_applies_to_the_text_after_it() {
    let html = html("[docs]: https://a.b/docs\n\nSee [the docs][docs] and [docs].\n\nMore [Docs].\n");
    assert_eq!(html.matches("href=\"https://a.b/docs\"").count(), 3, "{html}");
}

#[test]
fn finished_parts_are_kept() {
    let mut stream = MarkdownStream::new(labels());
    stream.set("First.\n\nSecond");
    assert_eq!(stream.finished().len(), 0, "the second block's first line is not complete");
    stream.set("First.\n\nSecond\nline");
    assert_eq!(stream.finished(), ["<p>First.</p>"]);
    stream.set("First.\n\nSecond\nline\n\n- a\n- b\n");
    assert_eq!(stream.finished().len(), 2);
    assert_eq!(stream.tail(), "<ul><li>a</li><li>b</li></ul>");
}

#[test]
fn the_tail_of_a_long_text_stays_short() {
    let mut stream = MarkdownStream::new(labels());
    let mut text = String::new();
    for number in 0..500 {
        text.push_str(&format!("Paragraph {number} with *some* words.\n\n"));
        stream.set(&text);
        assert!(stream.tail().len() < 200, "{}", stream.tail());
    }
}

#[test]
fn a_growing_code_block_is_not_rendered_again() {
    let mut stream = MarkdownStream::new(labels());
    let mut text = "Here it is:\n```rust\n".to_owned();
    stream.set(&text);
    assert_eq!(stream.finished(), ["<p>Here it is:</p>"], "the block before the code is finished");
    for number in 0..500 {
        text.push_str(&format!("let x{number} = 1 < 2;\n"));
        stream.set(&text);
        assert_eq!(stream.tail(), "");
    }
    text.push_str("let y");
    stream.set(&text);
    let code = stream.code().unwrap();
    assert_eq!((code.language(), code.last_line()), ("rust", "let y"));
    assert_eq!(code.lines().lines().count(), 500);
    text.push_str("\n```\nAnd");
    stream.set(&text);
    assert_eq!(stream.code(), None);
    assert_eq!(stream.finished().len(), 2, "the closing fence finishes the code block");
    assert_eq!(stream.tail(), "<p>And</p>");
}

#[test]
fn a_text_cut_within_a_finished_part_is_rendered_again() {
    let mut stream = MarkdownStream::new(labels());
    assert!(stream.set("One.\n\nTwo.\nMore.\n\nThree"));
    assert!(stream.set("One.\n\nT"), "the cut is in the tail");
    assert_eq!(stream.html(), "<p>One.</p><p>T</p>");
    assert!(!stream.set("On"), "the cut is in a finished part");
    assert_eq!(stream.html(), "<p>On</p>");
}

/// Panics if the HTML contains a tag or attribute that the renderer never writes.
fn assert_only_known_tags(html: &str) {
    const KNOWN: &[&str] = &[
        "p",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "div",
        "span",
        "button",
        "pre",
        "code",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "em",
        "strong",
        "del",
        "a",
        "br",
        "hr",
        "input",
        "small",
    ];
    const ATTRIBUTES: &[&str] = &[
        "class",
        "href",
        "title",
        "target",
        "rel",
        "type",
        "disabled",
        "checked",
        "start",
        "tabindex",
        "role",
        "data-copy-code",
    ];
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("an unclosed tag");
        let tag = rest[..end].trim_start_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(KNOWN.contains(&name), "unknown tag `{name}` in {html}");
        for (position, piece) in attributes.split('"').enumerate() {
            if position % 2 == 0 {
                for attribute in piece.split_whitespace() {
                    let name = attribute.trim_end_matches('=');
                    assert!(ATTRIBUTES.contains(&name), "unknown attribute `{name}` in {html}");
                }
            }
        }
        rest = &rest[end + 1..];
    }
}

/// Returns whether all elements are closed in order.
fn is_balanced(html: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find(['>', ' ']).unwrap_or(rest.len());
        let name = &rest[..end];
        if let Some(name) = name.strip_prefix('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !matches!(name, "br" | "hr" | "input") {
            open.push(name);
        }
    }
    open.is_empty()
}

fn markdown() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z €]{1,8}",
        3 => prop::sample::select(vec![
            "\n", "\n\n", "# ", "- ", "1. ", "2) ", "> ", "```\n", "~~~\n", "    ", "\t", "---\n", "***\n", "===\n", "|", "| a | b |\n",
            "|---|---|\n", "*", "**", "_", "`", "[", "](https://a.b)", "](javascript:x)", "![", "<b>", "<script>", "-->", "<!--",
            "[x]: https://a.b\n", "[x]", "\\", "&amp;", "- [ ] ", "  ", "+ ", "\r\n", "<div>\n", "</div>\n", "* ", " ",
        ]).prop_map(ToOwned::to_owned),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_known_and_balanced_tags(text in markdown()) {
        let html = html(&text);
        assert_only_known_tags(&html);
        prop_assert!(is_balanced(&html), "{}", html);
    }

    #[test]
    fn the_html_does_not_depend_on_how_the_text_was_split(text in markdown(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10)) {
        let mut ends: Vec<usize> = cuts.iter().map(|cut| text.floor_char_boundary(cut.index(text.len() + 1))).collect();
        ends.sort_unstable();
        ends.push(text.len());
        let mut stream = MarkdownStream::new(labels());
        for end in ends {
            stream.set(&text[..end]);
        }
        prop_assert_eq!(stream.html(), html(&text));
    }

    #[test]
    fn an_open_code_block_is_rendered_as_by_the_parser(fence in "[ ]{0,3}(```|~~~~)[a-z ]{0,6}\n", lines in "([ ]{0,4}[a-z`~<\t ]{0,5}\n?){0,6}") {
        // Trailing whitespace is not visible, and the parser may keep or drop it.
        let lines = lines.trim_end_matches([' ', '\t']);
        let text = fence + lines;
        let mut stream = MarkdownStream::new(labels());
        stream.set(&text);
        if let Some(code) = stream.code() {
            let (definitions, mut headings) = (Default::default(), Default::default());
            let parsed = super::render::render_fragment(&stream.tail_source, &definitions, &mut headings, &labels());
            prop_assert_eq!(code.html(&labels()), parsed);
        }
    }
}
