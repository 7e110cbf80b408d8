//! Renders Markdown of users and models as safe HTML.
//!
//! The input is not trusted: raw HTML is escaped, links are limited to web and mail URLs, images become links, and
//! nesting is bounded. The output can be assigned to `innerHTML`.

mod code;
mod links;
mod render;
mod stream;

#[cfg(test)]
mod tests;

pub use code::OpenCodeBlock;
pub use render::{LANGUAGE_CHARS, MarkdownLabels, escape, render};
pub use stream::MarkdownStream;
