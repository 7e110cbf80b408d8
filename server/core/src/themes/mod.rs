//! Tenant themes: product name, logo, colours and font. Validated before they are stored, so that text is
//! always legible and a theme cannot execute code.

mod contrast;
mod error;
mod logo;
mod rules;
mod store;
#[cfg(test)]
mod tests;

pub use contrast::Color;
pub use error::ThemeError;
pub use logo::LogoError;
pub use rules::{NewTheme, ValidatedTheme, default_brand, validate};
pub(crate) use store::{load_brand, save};
