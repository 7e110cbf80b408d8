//! What a company's look may be.

use super::{
    contrast::Color,
    error::Error,
    logo::{self, LogoError},
};
use penny_types::tenants::BrandView;

/// What a company may say about its look; absent parts keep the product's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTheme {
    /// The product's name as the company calls it.
    pub product_name: Option<String>,
    /// Brand colour, `#rrggbb`.
    pub accent: Option<String>,
    /// Wished colour of text on it; replaced when it could not be read.
    pub on_accent: Option<String>,
    /// CSS font family list.
    pub font_family: Option<String>,
    /// Corner radius in CSS pixels, at most 24.
    pub radius_px: Option<u8>,
    /// An SVG or PNG file.
    pub logo: Option<Vec<u8>>,
}

/// A look that has been checked, ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedTheme {
    /// The product's name.
    pub product_name: String,
    /// Brand colour.
    pub accent: String,
    /// Colour of text on it.
    pub on_accent: String,
    /// CSS font family list.
    pub font_family: Option<String>,
    /// Corner radius in CSS pixels.
    pub radius_px: u8,
    /// The logo as a data URL.
    pub logo_url: Option<String>,
}

/// What the product is called where no company says otherwise.
pub const PRODUCT_NAME: &str = "PENNY";
/// The product's own colour.
pub const ACCENT: &str = "#0f6b5c";
/// The product's own corner radius.
pub const RADIUS_PX: u8 = 8;
const MAX_NAME_CHARS: usize = 40;

/// Checks a look.
///
/// # Errors
/// Says which part breaks which rule.
pub fn check(theme: &NewTheme) -> Result<CheckedTheme, Error> {
    let product_name = name(theme.product_name.as_deref().unwrap_or(PRODUCT_NAME))?;
    let accent: Color =
        theme.accent.as_deref().unwrap_or(ACCENT).parse().map_err(|_| Error::Color { field: "accent" })?;
    let wished = theme
        .on_accent
        .as_deref()
        .map(str::parse::<Color>)
        .transpose()
        .map_err(|_| Error::Color { field: "onAccent" })?;
    let radius_px = theme.radius_px.unwrap_or(RADIUS_PX);
    if radius_px > 24 {
        return Err(Error::Radius);
    }
    let logo_url = theme.logo.as_deref().map(logo::data_url).transpose()?;
    Ok(CheckedTheme {
        product_name,
        accent: accent.to_string(),
        on_accent: accent.text_on(wished).to_string(),
        font_family: theme.font_family.as_deref().map(font).transpose()?,
        radius_px,
        logo_url,
    })
}

/// Returns the product's own look under a company's name.
#[must_use]
pub fn plain(company_name: &str) -> BrandView {
    let accent = ACCENT.parse().unwrap_or(Color::BLACK);
    BrandView {
        product_name: PRODUCT_NAME.to_owned(),
        company_name: company_name.to_owned(),
        logo_url: None,
        accent: accent.to_string(),
        on_accent: accent.text_on(None).to_string(),
        font_family: None,
        radius_px: RADIUS_PX,
    }
}

fn name(text: &str) -> Result<String, Error> {
    let text = text.trim();
    let is_fine =
        !text.is_empty() && text.chars().count() <= MAX_NAME_CHARS && !text.chars().any(char::is_control);
    if is_fine { Ok(text.to_owned()) } else { Err(Error::Name) }
}

/// Checks a font family list: it stands in a style sheet, so it may hold names and commas only.
fn font(list: &str) -> Result<String, Error> {
    let is_fine = !list.trim().is_empty()
        && list.len() <= 200
        && list.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | '-' | '_' | '"' | '\''))
        && list.matches('"').count().is_multiple_of(2)
        && list.matches('\'').count().is_multiple_of(2);
    if is_fine { Ok(list.trim().to_owned()) } else { Err(Error::Font) }
}

impl From<LogoError> for Error {
    fn from(error: LogoError) -> Self {
        Self::Logo(error)
    }
}
