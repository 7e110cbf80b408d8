//! Scans a GraphQL document without recursion, to measure its nesting and to normalise its
//! definitions before the recursive parser runs (GraphQL October 2021, 2.1).

/// The result of scanning a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DocumentScan {
    /// The top-level definitions without ignored tokens: insignificant spaces, commas, comments.
    pub definitions: Vec<String>,
    /// The deepest nesting of brackets of any kind.
    pub max_depth: usize,
}

/// Scans a document. Never fails: the parser rejects invalid syntax later.
pub(crate) fn scan(document: &str) -> DocumentScan {
    let mut scanner = DocumentScanner::default();
    let mut rest = document;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => {
                scanner.has_gap = true;
                rest.find(['\n', '\r']).unwrap_or(rest.len())
            }
            '"' => {
                let length = string_length(rest);
                scanner.push(rest.get(..length).unwrap_or(rest));
                length
            }
            ',' | '\u{feff}' => scanner.skip(first),
            space if space.is_whitespace() => scanner.skip(first),
            _ => {
                scanner.push_char(first);
                first.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    scanner.finish()
}

#[derive(Default)]
struct DocumentScanner {
    scan: DocumentScan,
    current: String,
    depth: usize,
    /// Whether ignored tokens preceded the current position.
    has_gap: bool,
}

impl DocumentScanner {
    /// Skips an ignored character and returns its length in bytes.
    fn skip(&mut self, ignored: char) -> usize {
        self.has_gap = true;
        ignored.len_utf8()
    }

    /// Appends text to the current definition, after a space if ignored tokens separated two names.
    fn push(&mut self, text: &str) {
        let joins_names = self.current.ends_with(is_name_char) && text.starts_with(is_name_char);
        if self.has_gap && joins_names {
            self.current.push(' ');
        }
        self.has_gap = false;
        self.current.push_str(text);
    }

    /// Appends one character and tracks the nesting of brackets.
    fn push_char(&mut self, letter: char) {
        let mut bytes = [0; 4];
        self.push(letter.encode_utf8(&mut bytes));
        match letter {
            '{' | '(' | '[' => {
                self.depth = self.depth.saturating_add(1);
                self.scan.max_depth = self.scan.max_depth.max(self.depth);
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
        self.has_gap = false;
        if !self.current.is_empty() {
            self.scan.definitions.push(std::mem::take(&mut self.current));
        }
    }

    fn finish(mut self) -> DocumentScan {
        self.end_definition();
        self.scan
    }
}

const fn is_name_char(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Returns the length in bytes of the string literal at the start of `text`, quotes included; the whole
/// length if the literal is not terminated.
fn string_length(text: &str) -> usize {
    if let Some(body) = text.strip_prefix("\"\"\"") {
        let mut from = 0;
        while let Some(offset) = body.get(from..).and_then(|rest| rest.find("\"\"\"")) {
            let end = from.saturating_add(offset);
            let is_escaped = body.get(..end).is_some_and(|before| before.ends_with('\\'));
            if !is_escaped {
                return end.saturating_add(6);
            }
            from = end.saturating_add(3);
        }
        return text.len();
    }
    let mut is_escaped = false;
    for (index, letter) in text.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' | '\n' => return index.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_tokens_are_removed_and_names_stay_separated() {
        let scanned =
            scan("query  A ( $x : Int = 1 ) { # comment\n  a , b ... on C { d } }\nfragment F on C{d}");
        assert_eq!(scanned.definitions, ["query A($x:Int=1){a b...on C{d}}", "fragment F on C{d}"]);
        assert_eq!(scanned.max_depth, 2);
    }

    #[test]
    fn brackets_inside_strings_and_comments_do_not_nest() {
        for text in [
            "{ a(b: \"{{{\") }",
            "{ a(b: \"\"\"{{\\\"\"\"{\"\"\") }",
            "# {{{{\n{ a(b: 1) }",
            "{ a(b: \"\\\"{{\") }",
        ] {
            assert_eq!(scan(text).max_depth, 2, "{text}");
        }
    }

    #[test]
    fn unterminated_and_unbalanced_text_is_scanned_without_a_panic() {
        for text in ["", "\"", "\"\"\"", "}}}}", "\u{feff}{é", "{\"\\", "\"\"\"\\\"\"\"", "\0"] {
            let _ = scan(text);
        }
        assert_eq!(scan(&"{".repeat(100_000)).max_depth, 100_000);
    }
}
