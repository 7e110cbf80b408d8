//! Validation of themes and the default theme.

use super::{
    contrast::Color,
    error::ThemeError,
    logo::{self, LogoError},
};
use penny_types::tenants::BrandView;

/// A theme as submitted. Absent values default to the product's theme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTheme {
    /// The tenant's name for the product.
    pub product_name: Option<String>,
    /// Brand colour, `#rrggbb`.
    pub accent: Option<String>,
    /// Preferred text colour on the brand colour; replaced when its contrast is too low.
    pub on_accent: Option<String>,
    /// CSS font family list.
    pub font_family: Option<String>,
    /// Corner radius in CSS pixels, at most 24.
    pub radius_px: Option<u8>,
    /// An SVG or PNG file.
    pub logo: Option<Vec<u8>>,
}

/// A validated theme, ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatedTheme {
    pub product_name: String,
    pub accent: String,
    /// Text colour on the brand colour, with a contrast of at least 4.5 to 1.
    pub on_accent: String,
    /// CSS font family list.
    pub font_family: Option<String>,
    /// Corner radius in CSS pixels.
    pub radius_px: u8,
    /// The logo as a data URL.
    pub logo_url: Option<String>,
}

/// Default product name.
pub const PRODUCT_NAME: &str = "PENNY";
/// Default brand colour.
pub const ACCENT: &str = "#0f6b5c";
/// Default corner radius in CSS pixels.
pub const RADIUS_PX: u8 = 8;
const MAX_NAME_CHARS: usize = 40;

/// Validates a theme.
///
/// # Errors
/// Names the first invalid field.
pub fn validate(theme: &NewTheme) -> Result<ValidatedTheme, ThemeError> {
    let product_name = validate_name(theme.product_name.as_deref().unwrap_or(PRODUCT_NAME))?;
    let accent: Color = theme
        .accent
        .as_deref()
        .unwrap_or(ACCENT)
        .parse()
        .map_err(|_| ThemeError::Color { field: "accent" })?;
    let preferred = theme
        .on_accent
        .as_deref()
        .map(str::parse::<Color>)
        .transpose()
        .map_err(|_| ThemeError::Color { field: "onAccent" })?;
    let radius_px = theme.radius_px.unwrap_or(RADIUS_PX);
    if radius_px > 24 {
        return Err(ThemeError::Radius);
    }
    let logo_url = theme.logo.as_deref().map(logo::data_url).transpose()?;
    Ok(ValidatedTheme {
        product_name,
        accent: accent.to_string(),
        on_accent: accent.text_on(preferred).to_string(),
        font_family: theme.font_family.as_deref().map(validate_font).transpose()?,
        radius_px,
        logo_url,
    })
}

/// Returns the product's default brand for a tenant.
#[must_use]
pub fn default_brand(company_name: &str) -> BrandView {
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

fn validate_name(text: &str) -> Result<String, ThemeError> {
    let text = text.trim();
    let is_valid =
        !text.is_empty() && text.chars().count() <= MAX_NAME_CHARS && !text.chars().any(char::is_control);
    if is_valid { Ok(text.to_owned()) } else { Err(ThemeError::Name) }
}

/// Validates a font family list. It is inserted into a style sheet, so only names, commas and balanced
/// quotes are allowed.
fn validate_font(list: &str) -> Result<String, ThemeError> {
    let is_valid = !list.trim().is_empty()
        && list.len() <= 200
        && list.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | '-' | '_' | '"' | '\''))
        && list.matches('"').count().is_multiple_of(2)
        && list.matches('\'').count().is_multiple_of(2);
    if is_valid { Ok(list.trim().to_owned()) } else { Err(ThemeError::Font) }
}

impl From<LogoError> for ThemeError {
    fn from(error: LogoError) -> Self {
        Self::Logo(error)
    }
}
