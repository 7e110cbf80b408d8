//! Languages and colour schemes of the user interface.

use crate::enums::string_enum;

string_enum!(/// A language of the user interface.
Locale {
    /// English.
    En = "en",
    /// Spanish.
    Es = "es",
});

string_enum!(/// A colour scheme of the user interface.
ColorScheme {
    /// Follows the device setting.
    System = "system",
    Light = "light",
    Dark = "dark",
    /// High contrast with heavier lines.
    Contrast = "contrast",
});

impl Locale {
    /// Picks the best supported language from an `Accept-Language` header (RFC 9110, 12.5.4);
    /// English when none matches.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Self {
        let mut best: Option<(Self, f32)> = None;
        for item in header.split(',').take(32) {
            let mut pieces = item.trim().split(';');
            let tag = pieces.next().unwrap_or_default().trim();
            let quality = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(1.0, |value| value.trim().parse().unwrap_or(0.0));
            let primary = tag.split('-').next().unwrap_or_default();
            if let Ok(locale) = primary.to_ascii_lowercase().parse::<Self>()
                && quality > 0.0
                && best.is_none_or(|(_, so_far)| quality > so_far)
            {
                best = Some((locale, quality));
            }
        }
        best.map_or(Self::En, |(locale, _)| locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_supported_language_with_the_highest_quality_wins() {
        for (header, expected) in [
            ("", Locale::En),
            ("es", Locale::Es),
            ("es-MX,es;q=0.9,en;q=0.8", Locale::Es),
            ("fr, en;q=0.5, es;q=0.7", Locale::Es),
            ("de;q=1, en;q=0.1", Locale::En),
            ("es;q=0", Locale::En),
            (";;q=,,", Locale::En),
        ] {
            assert_eq!(Locale::from_accept_language(header), expected, "{header}");
        }
    }
}
