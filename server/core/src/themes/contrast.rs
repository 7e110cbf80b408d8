//! Colours and their contrast.

use std::{fmt, str::FromStr};

/// An opaque sRGB colour, `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

/// The text is not a `#rrggbb` colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour has the form #rrggbb")]
pub struct InvalidColor;

impl Color {
    pub const BLACK: Self = Self { red: 0, green: 0, blue: 0 };
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255 };

    /// Returns the relative luminance between 0 and 1 (WCAG 2.2, "relative luminance").
    #[must_use]
    pub fn luminance(self) -> f64 {
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// Returns the contrast ratio with another colour, 1 to 21 (WCAG 2.2, "contrast ratio").
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        let (light, dark) = if a > b { (a, b) } else { (b, a) };
        (light + 0.05) / (dark + 0.05)
    }

    /// Returns a legible colour for text on this background: `preferred` when its contrast is at least
    /// 4.5 to 1 (WCAG 2.2 success criterion 1.4.3), else white or black. One of those two always reaches
    /// 4.5.
    #[must_use]
    pub fn text_on(self, preferred: Option<Self>) -> Self {
        if let Some(preferred) = preferred
            && self.contrast(preferred) >= MIN_TEXT_CONTRAST
        {
            return preferred;
        }
        // White is tried first: it is what users expect on a saturated colour.
        if self.contrast(Self::WHITE) >= MIN_TEXT_CONTRAST { Self::WHITE } else { Self::BLACK }
    }
}

/// Minimum contrast ratio for text of normal size.
const MIN_TEXT_CONTRAST: f64 = 4.5;

/// Converts one sRGB channel to linear light (IEC 61966-2-1).
fn linear(channel: u8) -> f64 {
    let value = f64::from(channel) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

impl FromStr for Color {
    type Err = InvalidColor;

    fn from_str(text: &str) -> Result<Self, InvalidColor> {
        let digits = text.strip_prefix('#').ok_or(InvalidColor)?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidColor);
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).map_err(|_| InvalidColor)?.to_be_bytes();
        Ok(Self { red, green, blue })
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}
