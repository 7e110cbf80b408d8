//! What can be wrong with a look.

use super::logo::LogoError;
use crate::{db::StoreError, fault::ToFault};
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Says why a look is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name is empty, too long or holds control characters.
    #[error("a product name has 1 to 40 characters")]
    Name,
    /// Not a colour.
    #[error("{field} is not a colour")]
    Color {
        /// Which one.
        field: &'static str,
    },
    /// Not a font family list.
    #[error("the font family may hold names, commas and quotes only")]
    Font,
    /// Too round.
    #[error("the radius is at most 24 pixels")]
    Radius,
    /// The logo is not taken.
    #[error(transparent)]
    Logo(LogoError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ToFault for Error {
    fn to_fault(&self) -> Fault {
        let invalid = Fault::new(FaultCode::Invalid);
        match self {
            Self::Name => invalid.field("productName", keys::THEME_NAME),
            Self::Color { field } => invalid.field(field, keys::THEME_COLOR),
            Self::Font => invalid.field("fontFamily", keys::THEME_FONT),
            Self::Radius => invalid.field("radiusPx", keys::THEME_RADIUS),
            Self::Logo(LogoError::TooLarge) => invalid.field("logo", keys::THEME_LOGO_TOO_LARGE),
            Self::Logo(LogoError::NotAllowed(what)) => {
                Fault::keyed(FaultCode::Invalid, keys::THEME_LOGO_NOT_ALLOWED).arg("what", what)
            }
            Self::Logo(_) => invalid.field("logo", keys::THEME_LOGO_KIND),
            Self::Store(error) => error.to_fault(),
        }
    }
}
