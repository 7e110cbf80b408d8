use super::{Labels, MarkdownStream, render};
use proptest::prelude::*;

fn labels() -> Labels {
    Labels { copy: "Copy".to_owned(), image: "Image".to_owned() }
}

fn html(text: &str) -> String {
    render(text, &labels())
}

#[test]
fn ordinary_markdown_becomes_ordinary_html() {
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
fn headings_follow_one_another_whatever_levels_were_skipped() {
    assert_eq!(
        html("## A\n\n#### B\n\n## C\n\n# D"),
        "<h3 class=\"md-h2\">A</h3><h4 class=\"md-h4\">B</h4><h3 class=\"md-h2\">C</h3><h3 class=\"md-h1\">D</h3>"
    );
}

#[test]
fn a_block_of_code_names_its_language_and_can_be_copied() {
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
fn links_lead_only_to_the_web_and_to_mail() {
    for good in ["https://a.b/c?d=1&e=2", "http://a.b", "HTTPS://A.B", "mailto:a@b.c"] {
        assert!(html(&format!("[x]({good})")).contains("<a href="), "{good} was refused");
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
        assert!(!html(&format!("[x](<{bad}>)")).contains("href"), "{bad} was let through");
        assert!(!html(&format!("![x](<{bad}>)")).contains("href"), "{bad} was let through");
    }
}

#[test]
fn links_open_apart_and_tell_the_other_side_nothing() {
    let html = html("[x](https://a.b)");
    assert!(html.contains("target=\"_blank\" rel=\"noopener noreferrer nofollow\""), "{html}");
}

#[test]
fn images_are_never_loaded_by_themselves() {
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
    assert!(!html.chars().any(|letter| letter.is_control() && letter != '\n'), "{html:?}");
}

#[test]
fn a_definition_serves_the_text_after_it() {
    let html = html("[docs]: https://a.b/docs\n\nSee [the docs][docs] and [docs].\n\nMore [Docs].\n");
    assert_eq!(html.matches("href=\"https://a.b/docs\"").count(), 3, "{html}");
}

#[test]
fn what_is_sealed_stays() {
    let mut stream = MarkdownStream::new(labels());
    stream.set("First.\n\nSecond");
    assert_eq!(stream.sealed().len(), 0, "the second block's first line is not complete");
    stream.set("First.\n\nSecond\nline");
    assert_eq!(stream.sealed(), ["<p>First.</p>"]);
    stream.set("First.\n\nSecond\nline\n\n- a\n- b\n");
    assert_eq!(stream.sealed().len(), 2);
    assert_eq!(stream.tail(), "<ul><li>a</li><li>b</li></ul>");
}

#[test]
fn the_tail_of_a_long_answer_stays_short() {
    let mut stream = MarkdownStream::new(labels());
    let mut text = String::new();
    for number in 0..500 {
        text.push_str(&format!("Paragraph {number} with *some* words.\n\n"));
        stream.set(&text);
        assert!(stream.tail().len() < 200, "{}", stream.tail());
    }
}

#[test]
fn a_long_block_of_code_is_not_rendered_again_while_it_grows() {
    let mut stream = MarkdownStream::new(labels());
    let mut text = "Here it is:\n```rust\n".to_owned();
    stream.set(&text);
    assert_eq!(stream.sealed(), ["<p>Here it is:</p>"], "what stands before the code is done");
    for number in 0..500 {
        text.push_str(&format!("let x{number} = 1 < 2;\n"));
        stream.set(&text);
        assert_eq!(stream.tail(), "");
    }
    text.push_str("let y");
    stream.set(&text);
    let code = stream.code().unwrap();
    assert_eq!((code.language(), code.last()), ("rust", "let y"));
    assert_eq!(code.lines().lines().count(), 500);
    text.push_str("\n```\nAnd");
    stream.set(&text);
    assert_eq!(stream.code(), None);
    assert_eq!(stream.sealed().len(), 2, "the code is done with the line that closes it");
    assert_eq!(stream.tail(), "<p>And</p>");
}

#[test]
fn a_text_that_is_cut_is_begun_anew() {
    let mut stream = MarkdownStream::new(labels());
    assert!(stream.set("One.\n\nTwo.\nMore.\n\nThree"));
    assert!(stream.set("One.\n\nT"), "the cut is in the tail");
    assert_eq!(stream.html(), "<p>One.</p><p>T</p>");
    assert!(!stream.set("On"), "the cut is in what was sealed");
    assert_eq!(stream.html(), "<p>On</p>");
}

/// Fails when the HTML holds a tag or attribute that this renderer does not write.
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
        let end = rest.find('>').expect("a tag ends");
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

/// Says whether every element that is opened is closed, in order.
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
    fn how_the_text_arrives_does_not_change_what_is_shown(text in markdown(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10)) {
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
    fn code_that_is_being_written_looks_as_the_parser_sees_it(fence in "[ ]{0,3}(```|~~~~)[a-z ]{0,6}\n", lines in "([ ]{0,4}[a-z`~<\t ]{0,5}\n?){0,6}") {
        // Blanks at the very end are not seen; whether they are there is the parser's affair.
        let lines = lines.trim_end_matches([' ', '\t']);
        let text = fence + lines;
        let mut stream = MarkdownStream::new(labels());
        stream.set(&text);
        if let Some(code) = stream.code() {
            let (definitions, mut outline) = (Default::default(), Default::default());
            let parsed = super::render::render_stretch(&stream.last_tail, &definitions, &mut outline, &labels());
            prop_assert_eq!(code.html(&labels()), parsed);
        }
    }
}
