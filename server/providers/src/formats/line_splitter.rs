//! Splitting of byte chunks into lines of bounded length.

use super::stream_failed;
use penny_ports::models::ModelError;

/// Splits bytes into lines that end with LF, CR or CRLF.
#[derive(Debug)]
pub(crate) struct LineSplitter {
    pending: Vec<u8>,
    /// Maximum length of a line in bytes.
    limit: usize,
    /// Whether the last byte was a CR, so that an LF that follows ends the same line.
    is_after_cr: bool,
}

impl LineSplitter {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { pending: Vec::new(), limit, is_after_cr: false }
    }

    /// Appends bytes and calls `on_line` with every completed line, without its line end.
    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        mut on_line: impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.is_after_cr) && *first == b'\n' {
                bytes = bytes.get(1..).unwrap_or_default();
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                return self.append(bytes);
            };
            let (line, rest) = bytes.split_at(end);
            self.append(line)?;
            self.is_after_cr = rest.first() == Some(&b'\r');
            bytes = rest.get(1..).unwrap_or_default();
            let complete = std::mem::take(&mut self.pending);
            on_line(&String::from_utf8_lossy(&complete))?;
            // Reuse the buffer, so that a long stream allocates it once.
            self.pending = complete;
            self.pending.clear();
        }
        Ok(())
    }

    /// Returns the last line if it has no line end.
    pub(crate) fn end(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.pending);
        (!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        if self.pending.len() + bytes.len() > self.limit {
            return Err(stream_failed(format!("a line is longer than {} bytes", self.limit)));
        }
        self.pending.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(chunks: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut result) = (LineSplitter::new(100), Vec::new());
        for chunk in chunks {
            lines
                .push(chunk, |line| {
                    result.push(line.to_owned());
                    Ok(())
                })
                .unwrap();
        }
        result.extend(lines.end());
        result
    }

    #[test]
    fn lf_cr_and_crlf_end_a_line() {
        assert_eq!(lines(&[b"a\nb\r\nc\rd\n\n\r\n\r\re"]), ["a", "b", "c", "d", "", "", "", "", "e"]);
        assert_eq!(lines(&[b"a\r", b"\nb\r", b"c"]), ["a", "b", "c"]);
    }

    #[test]
    fn a_line_over_the_limit_is_rejected() {
        let mut lines = LineSplitter::new(10);
        assert!(lines.push(b"12345", |_| Ok(())).is_ok());
        assert!(lines.push(b"678901", |_| Ok(())).is_err());
    }

    proptest! {
        #[test]
        fn chunk_boundaries_do_not_change_the_lines(text in "[ab\r\n\u{e9}]{0,60}", cut in 0_usize..120) {
            let bytes = text.as_bytes();
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(lines(&[head, tail]), lines(&[bytes]));
        }
    }
}
