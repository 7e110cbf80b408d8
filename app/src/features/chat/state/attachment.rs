//! Attachments of the composer.

use penny_types::{Fault, conversations::FilePart};

/// A file in the composer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Identifies the attachment within the composer.
    pub key: u64,
    pub name: String,
    pub upload: UploadState,
}

/// Upload state of an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadState {
    Sending,
    /// Stored by the server.
    Ready(FilePart),
    Failed(Fault),
}

impl Attachment {
    /// Returns the uploaded file; `None` until the upload has succeeded.
    #[must_use]
    pub const fn ready(&self) -> Option<&FilePart> {
        match &self.upload {
            UploadState::Ready(file) => Some(file),
            _ => None,
        }
    }
}
