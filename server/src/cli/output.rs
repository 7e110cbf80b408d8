//! Writes to standard output and standard error.

use std::io::{self, Write};

/// Writes to standard output and flushes. Errors, such as a closed pipe, are ignored.
pub fn write_stdout(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a line to standard error. Errors are ignored.
pub fn write_stderr(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
