//! Lines of bounded length out of bytes split anywhere.

use super::broken;
use penny_ports::models::ModelError;

/// Cuts bytes into lines that end with LF, CR or CRLF.
#[derive(Debug)]
pub(crate) struct Lines {
    pending: Vec<u8>,
    limit: usize,
    /// The last byte was a CR: an LF that follows belongs to it.
    is_after_cr: bool,
}

impl Lines {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { pending: Vec::new(), limit, is_after_cr: false }
    }

    /// Takes bytes and calls `each` with every line they complete, without its end.
    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.is_after_cr) && *first == b'\n' {
                bytes = bytes.get(1..).unwrap_or_default();
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                return self.keep(bytes);
            };
            let (line, rest) = bytes.split_at(end);
            self.keep(line)?;
            self.is_after_cr = rest.first() == Some(&b'\r');
            bytes = rest.get(1..).unwrap_or_default();
            let whole = std::mem::take(&mut self.pending);
            each(&String::from_utf8_lossy(&whole))?;
            // The buffer goes back, so that a long stream allocates it once.
            self.pending = whole;
            self.pending.clear();
        }
        Ok(())
    }

    /// Returns the line that the end of the body left open, if any.
    pub(crate) fn end(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.pending);
        (!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        if self.pending.len() + bytes.len() > self.limit {
            return Err(broken(format!("a line is longer than {} bytes", self.limit)));
        }
        self.pending.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut found) = (Lines::new(100), Vec::new());
        for piece in pieces {
            lines
                .push(piece, |line| {
                    found.push(line.to_owned());
                    Ok(())
                })
                .unwrap();
        }
        found.extend(lines.end());
        found
    }

    #[test]
    fn every_kind_of_line_end_is_known() {
        assert_eq!(lines(&[b"a\nb\r\nc\rd\n\n\r\n\r\re"]), ["a", "b", "c", "d", "", "", "", "", "e"]);
        assert_eq!(lines(&[b"a\r", b"\nb\r", b"c"]), ["a", "b", "c"]);
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let mut lines = Lines::new(10);
        assert!(lines.push(b"12345", |_| Ok(())).is_ok());
        assert!(lines.push(b"678901", |_| Ok(())).is_err());
    }

    proptest! {
        #[test]
        fn splitting_changes_nothing(text in "[ab\r\n\u{e9}]{0,60}", cut in 0_usize..120) {
            let bytes = text.as_bytes();
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(lines(&[head, tail]), lines(&[bytes]));
        }
    }
}
