//! Reads just enough of a GraphQL document to bound it and to recognise it, before a parser that
//! recurses is let near it (GraphQL October 2021, 2.1).

/// What a glance over a document tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Glance {
    /// Its top-level definitions, without what does not matter: spaces, commas, comments.
    pub definitions: Vec<String>,
    /// How deep its brackets nest.
    pub deepest: usize,
}

/// Looks over a document. Never fails: what is no GraphQL is refused later, by the parser.
pub(crate) fn glance(document: &str) -> Glance {
    let mut reader = Reader::default();
    let mut rest = document;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => {
                reader.gap = true;
                rest.find(['\n', '\r']).unwrap_or(rest.len())
            }
            '"' => {
                let length = string_length(rest);
                reader.take(rest.get(..length).unwrap_or(rest));
                length
            }
            ',' | '\u{feff}' => reader.skip(first),
            space if space.is_whitespace() => reader.skip(first),
            _ => {
                reader.bracket(first);
                first.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    glance: Glance,
    current: String,
    depth: usize,
    gap: bool,
}

impl Reader {
    /// Notes that something without meaning stands here.
    fn skip(&mut self, what: char) -> usize {
        self.gap = true;
        what.len_utf8()
    }

    /// Keeps a piece of the document; a gap is kept only where it separates two names.
    fn take(&mut self, piece: &str) {
        let joins = self.current.ends_with(is_name) && piece.starts_with(is_name);
        if self.gap && joins {
            self.current.push(' ');
        }
        self.gap = false;
        self.current.push_str(piece);
    }

    fn bracket(&mut self, letter: char) {
        let mut bytes = [0; 4];
        self.take(letter.encode_utf8(&mut bytes));
        match letter {
            '{' | '(' | '[' => {
                self.depth = self.depth.saturating_add(1);
                self.glance.deepest = self.glance.deepest.max(self.depth);
            }
            '}' | ')' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 && letter == '}' {
                    self.end_definition();
                }
            }
            _ => {}
        }
    }

    fn end_definition(&mut self) {
        self.gap = false;
        if !self.current.is_empty() {
            self.glance.definitions.push(std::mem::take(&mut self.current));
        }
    }

    fn finish(mut self) -> Glance {
        self.end_definition();
        self.glance
    }
}

const fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Returns the length of the string a text begins with, its quotes included; all of it when the
/// string never ends.
fn string_length(text: &str) -> usize {
    if let Some(body) = text.strip_prefix("\"\"\"") {
        let mut from = 0;
        while let Some(found) = body.get(from..).and_then(|rest| rest.find("\"\"\"")) {
            let end = from.saturating_add(found);
            let is_escaped = body.get(..end).is_some_and(|before| before.ends_with('\\'));
            if !is_escaped {
                return end.saturating_add(6);
            }
            from = end.saturating_add(3);
        }
        return text.len();
    }
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' | '\n' => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_is_left_out_and_names_stay_apart() {
        let seen = glance("query  A ( $x : Int = 1 ) { # said\n  a , b ... on C { d } }\nfragment F on C{d}");
        assert_eq!(seen.definitions, ["query A($x:Int=1){a b...on C{d}}", "fragment F on C{d}"]);
        assert_eq!(seen.deepest, 2);
    }

    #[test]
    fn brackets_inside_strings_and_comments_do_not_nest() {
        for text in [
            "{ a(b: \"{{{\") }",
            "{ a(b: \"\"\"{{\\\"\"\"{\"\"\") }",
            "# {{{{\n{ a(b: 1) }",
            "{ a(b: \"\\\"{{\") }",
        ] {
            assert_eq!(glance(text).deepest, 2, "{text}");
        }
    }

    #[test]
    fn hostile_text_ends_without_a_panic() {
        for text in ["", "\"", "\"\"\"", "}}}}", "\u{feff}{é", "{\"\\", "\"\"\"\\\"\"\"", "\0"] {
            let _ = glance(text);
        }
        assert_eq!(glance(&"{".repeat(100_000)).deepest, 100_000);
    }
}
