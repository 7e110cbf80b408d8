//! The HTML document, the three-pane layout, toasts, and the not-found page.

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
