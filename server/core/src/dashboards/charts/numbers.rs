//! Figures as people write them.

use chrono::{Datelike, NaiveDate};
use penny_types::{Locale, artifacts::ValueFormat};
use penny_words::{keys, text};

/// The language and the currency figures are written in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hand<'a> {
    pub locale: Locale,
    /// ISO 4217 code.
    pub currency: &'a str,
}

/// Amounts from here on are written in thousands, and from there on in millions.
const THOUSANDS: f64 = 10_000.0;
const MILLIONS: f64 = 1_000_000.0;

impl Hand<'_> {
    /// Writes a figure, short enough for a label.
    pub(crate) fn write(self, value: f64, format: ValueFormat) -> String {
        match format {
            ValueFormat::Currency => self.amount(value),
            ValueFormat::Percent => {
                let tenths = (value * 1_000.0).round();
                let places = usize::from(tenths % 10.0 != 0.0);
                self.spaced(&self.decimal(tenths / 10.0, places), "%")
            }
            ValueFormat::Days => text(self.locale, keys::VALUE_DAYS, &[("value", &self.decimal(value, 0))]),
            ValueFormat::Hours => text(self.locale, keys::VALUE_HOURS, &[("value", &self.decimal(value, 0))]),
            ValueFormat::Text | ValueFormat::Number | ValueFormat::Date => self.decimal(value, places(value)),
        }
    }

    /// Writes a figure, or a dash when there is none.
    pub(crate) fn write_or_dash(self, value: Option<f64>, format: ValueFormat) -> String {
        value.map_or_else(|| "–".to_owned(), |value| self.write(value, format))
    }

    /// Writes a month short: `Nov`, and `Jan 26` where a year begins.
    pub(crate) fn month(self, month: NaiveDate, with_year: bool) -> String {
        let name = text(self.locale, &format!("month-short-{}", month.month()), &[]);
        if with_year || month.month() == 1 {
            format!("{name} {:02}", month.year().rem_euclid(100))
        } else {
            name
        }
    }

    fn amount(self, value: f64) -> String {
        let (divisor, letter) = self.magnitude(value);
        let scaled = value / divisor;
        let number = self.decimal(scaled.abs(), if letter.is_empty() { 0 } else { places(scaled) });
        let sign = if value < 0.0 { "-" } else { "" };
        match self.locale {
            Locale::En => format!("{sign}{}{number}{letter}", self.symbol()),
            Locale::Es => format!(
                "{sign}{number}\u{a0}{letter}{}{}",
                if letter.is_empty() { "" } else { "\u{a0}" },
                self.symbol()
            ),
        }
    }

    fn magnitude(self, value: f64) -> (f64, &'static str) {
        match (value.abs(), self.locale) {
            (value, _) if value >= MILLIONS => (MILLIONS, "M"),
            (value, Locale::En) if value >= THOUSANDS => (1_000.0, "k"),
            (value, Locale::Es) if value >= THOUSANDS => (1_000.0, "mil"),
            _ => (1.0, ""),
        }
    }

    fn symbol(self) -> String {
        match self.currency {
            "EUR" => "€".to_owned(),
            "USD" => "$".to_owned(),
            "GBP" => "£".to_owned(),
            other if self.locale == Locale::En => format!("{other}\u{a0}"),
            other => other.to_owned(),
        }
    }

    fn spaced(self, number: &str, unit: &str) -> String {
        match self.locale {
            Locale::En => format!("{number}{unit}"),
            Locale::Es => format!("{number}\u{a0}{unit}"),
        }
    }

    /// Writes a number with the language's point and thousands.
    fn decimal(self, value: f64, places: usize) -> String {
        let plain = format!("{:.places$}", value.abs());
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        let (group, point) = match self.locale {
            Locale::En => (',', '.'),
            Locale::Es => ('.', ','),
        };
        let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let mut written = if value < 0.0 && !is_zero { "-".to_owned() } else { String::new() };
        for (position, digit) in whole.chars().enumerate() {
            // Spanish writes four digits together (RAE, Ortografía 2010).
            let is_grouped = self.locale == Locale::En || whole.len() > 4;
            if position > 0 && (whole.len() - position).is_multiple_of(3) && is_grouped {
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

/// Returns how many decimals leave three figures that say something.
fn places(value: f64) -> usize {
    match value.abs() {
        value if value.fract() == 0.0 => 0,
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        _ => 2,
    }
}

/// Rounds a number for a chart: four decimals are more than a screen shows.
pub(crate) fn short(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
