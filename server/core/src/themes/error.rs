//! Errors of theme validation.

use super::logo::LogoError;
use penny_i18n::keys;
use penny_kernel::{db::StoreError, fault::ToFault};
use penny_types::{Fault, FaultCode};

#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    #[error("the product name must have 1 to 40 characters and no control characters")]
    Name,
    #[error("{field} is not a colour")]
    Color { field: &'static str },
    #[error("the font family may contain only names, commas and quotes")]
    Font,
    #[error("the radius exceeds 24 pixels")]
    Radius,
    #[error(transparent)]
    Logo(LogoError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ToFault for ThemeError {
    fn to_fault(&self) -> Fault {
        let invalid = Fault::new(FaultCode::Invalid);
        match self {
            Self::Name => invalid.field("productName", keys::THEME_NAME),
            Self::Color { field } => invalid.field(field, keys::THEME_COLOR),
            Self::Font => invalid.field("fontFamily", keys::THEME_FONT),
            Self::Radius => invalid.field("radiusPx", keys::THEME_RADIUS),
            Self::Logo(LogoError::TooLarge) => invalid.field("logo", keys::THEME_LOGO_TOO_LARGE),
            Self::Logo(LogoError::NotAllowed(what)) => {
                Fault::with_message(FaultCode::Invalid, keys::THEME_LOGO_NOT_ALLOWED).arg("what", what)
            }
            Self::Logo(_) => invalid.field("logo", keys::THEME_LOGO_KIND),
            Self::Store(error) => error.to_fault(),
        }
    }
}
