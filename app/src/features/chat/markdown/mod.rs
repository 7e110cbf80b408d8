//! Markdown of people and models, as safe HTML.
//!
//! Nothing here trusts its input: raw HTML is shown as text, links lead only to web and mail
//! addresses, images are never fetched by themselves, and nesting is bounded. What comes out may be
//! set as `innerHTML` as it is.

mod code;
mod links;
mod render;
mod stream;

#[cfg(test)]
mod tests;

pub use code::OpenCode;
pub use render::{LANGUAGE_CHARS, Labels, escape, render};
pub use stream::MarkdownStream;
