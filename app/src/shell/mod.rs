//! The frame: the document, the three panes, notices, and pages that are not there.

mod document;
mod header;
mod not_found;
mod toaster;
mod workbench;

pub use document::shell;
pub use header::PageHeader;
pub(crate) use not_found::NotFoundPage;
pub(crate) use toaster::Toaster;
pub(crate) use workbench::Workbench;
