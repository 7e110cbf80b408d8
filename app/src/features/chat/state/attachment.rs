//! Files beside what is typed.

use penny_types::{Fault, conversations::FilePart};

/// A file beside the words that are being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its own name on this page.
    pub key: u64,
    /// The file's name.
    pub name: String,
    /// How far it has come.
    pub upload: Upload,
}

/// How far a file has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// On its way to the server.
    Sending,
    /// The server has it.
    Ready(FilePart),
    /// The server did not take it.
    Failed(Fault),
}

impl Attachment {
    /// Returns what goes into the message, once the server has it.
    #[must_use]
    pub const fn ready(&self) -> Option<&FilePart> {
        match &self.upload {
            Upload::Ready(file) => Some(file),
            _ => None,
        }
    }
}
