//! A company's own look: name, logo, colours, type. Checked before it is kept, so that a page can
//! always be read and nothing in a look can run.

mod contrast;
mod error;
mod logo;
mod rules;
mod store;
#[cfg(test)]
mod tests;

pub use contrast::Color;
pub use error::Error;
pub use logo::LogoError;
pub use rules::{CheckedTheme, NewTheme, check, plain};
pub(crate) use store::{brand_in, save};
