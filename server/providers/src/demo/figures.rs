//! Figures as people write them.

use penny_types::{Locale, artifacts::ValueFormat};
use penny_words::{keys, text};

/// Keeps a number and its unit on one line.
const NO_BREAK: char = '\u{a0}';

/// The language and currency figures are written in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hand<'a> {
    pub(super) locale: Locale,
    /// ISO 4217 code.
    pub(super) currency: &'a str,
}

impl Hand<'_> {
    /// Writes a figure in little room.
    pub(super) fn write(self, value: f64, format: ValueFormat) -> String {
        match format {
            ValueFormat::Currency => self.amount(value),
            ValueFormat::Percent => self.percent(value),
            ValueFormat::Days => text(self.locale, keys::DEMO_DAYS, &[("value", &self.number(value, 0))]),
            ValueFormat::Hours => text(self.locale, keys::DEMO_HOURS, &[("value", &self.number(value, 0))]),
            _ => self.number(value, if value.fract() == 0.0 { 0 } else { 1 }),
        }
    }

    /// Writes how a figure changed: shares in points, all else in percent. Nothing when there is no
    /// base to measure by.
    pub(super) fn change(self, value: f64, previous: f64, format: ValueFormat) -> Option<String> {
        let (written, rounded) = if format == ValueFormat::Percent {
            let points = (value - previous) * 100.0;
            (text(self.locale, keys::DEMO_POINTS, &[("change", &self.signed(points, 1))]), points)
        } else if previous.abs() < f64::EPSILON {
            return None;
        } else {
            let share = (value - previous) / previous.abs() * 100.0;
            (self.with_percent_sign(&self.signed(share, 1)), share)
        };
        (rounded.is_finite() && rounded.abs() >= 0.05).then_some(written)
    }

    fn amount(self, value: f64) -> String {
        let (divisor, letter) = match (value.abs(), self.locale) {
            (size, _) if size >= 999_500.0 => (1e6, "M"),
            (size, Locale::En) if size >= 10_000.0 => (1e3, "k"),
            (size, Locale::Es) if size >= 10_000.0 => (1e3, "mil"),
            _ => (1.0, ""),
        };
        let scaled = value.abs() / divisor;
        let number = self.number(
            scaled,
            if letter.is_empty() || scaled >= 100.0 {
                0
            } else if scaled >= 10.0 {
                1
            } else {
                2
            },
        );
        let sign = if value < 0.0 { "−" } else { "" };
        let symbol = match self.currency {
            "EUR" => "€",
            "USD" => "$",
            "GBP" => "£",
            code => code,
        };
        match self.locale {
            Locale::En if symbol.chars().all(char::is_alphabetic) => {
                format!("{sign}{symbol}{NO_BREAK}{number}{letter}")
            }
            Locale::En => format!("{sign}{symbol}{number}{letter}"),
            Locale::Es if letter.is_empty() => format!("{sign}{number}{NO_BREAK}{symbol}"),
            Locale::Es => format!("{sign}{number}{NO_BREAK}{letter}{NO_BREAK}{symbol}"),
        }
        .trim_end()
        .to_owned()
    }

    fn percent(self, share: f64) -> String {
        self.with_percent_sign(&self.number(share * 100.0, 1))
    }

    fn with_percent_sign(self, number: &str) -> String {
        match self.locale {
            Locale::En => format!("{number}%"),
            Locale::Es => format!("{number}{NO_BREAK}%"),
        }
    }

    fn signed(self, value: f64, places: usize) -> String {
        let number = self.number(value, places);
        if value > 0.0 { format!("+{number}") } else { number }
    }

    /// Writes a number with the language's point and thousands.
    fn number(self, value: f64, places: usize) -> String {
        let plain = format!("{:.places$}", value.abs());
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        let (group, point) = match self.locale {
            Locale::En => (',', '.'),
            Locale::Es => ('.', ','),
        };
        let is_zero = plain.chars().all(|digit| matches!(digit, '0' | '.'));
        let mut written = String::from(if value < 0.0 && !is_zero { "−" } else { "" });
        for (position, digit) in whole.chars().enumerate() {
            if position > 0 && (whole.len() - position).is_multiple_of(3) {
                written.push(group);
            }
            written.push(digit);
        }
        if !part.is_empty() {
            written.push(point);
            written.push_str(part);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_each_language_does() {
        let write = |locale, value, format| {
            Hand { locale, currency: "EUR" }.write(value, format).replace(NO_BREAK, " ")
        };
        for (value, format, english, spanish) in [
            (1_234_567.0, ValueFormat::Currency, "€1.23M", "1,23 M €"),
            (45_678.0, ValueFormat::Currency, "€45.7k", "45,7 mil €"),
            (999_600.0, ValueFormat::Currency, "€1.00M", "1,00 M €"),
            (845_120.0, ValueFormat::Currency, "€845k", "845 mil €"),
            (-950.4, ValueFormat::Currency, "−€950", "−950 €"),
            (0.4567, ValueFormat::Percent, "45.7%", "45,7 %"),
            (31.4, ValueFormat::Days, "31 days", "31 días"),
            (6.0, ValueFormat::Hours, "6 h", "6 h"),
            (12_345.0, ValueFormat::Number, "12,345", "12.345"),
            (-0.01, ValueFormat::Number, "0.0", "0,0"),
        ] {
            assert_eq!(write(Locale::En, value, format), english);
            assert_eq!(write(Locale::Es, value, format), spanish);
        }
    }

    #[test]
    fn changes_carry_their_sign_and_shares_change_by_points() {
        let hand = Hand { locale: Locale::En, currency: "EUR" };
        assert_eq!(hand.change(110.0, 100.0, ValueFormat::Number).as_deref(), Some("+10.0%"));
        assert_eq!(hand.change(0.40, 0.42, ValueFormat::Percent).as_deref(), Some("−2.0 points"));
        assert_eq!(hand.change(5.0, 0.0, ValueFormat::Number), None);
        assert_eq!(hand.change(5.0, 5.0, ValueFormat::Number), None);
        assert_eq!(hand.change(f64::NAN, 5.0, ValueFormat::Number), None);
    }
}
