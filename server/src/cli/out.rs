//! Writing to the terminal.

use std::io::{self, Write};

/// Writes to the standard output and sends it on at once. A reader that went away ends the program
/// quietly elsewhere; here it is no error.
pub fn write(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a line for the person at the terminal to the standard error.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
