//! Locale-dependent formatting of numbers, amounts, dates, durations and file sizes (English, Spanish).
//!
//! Implemented in Rust instead of the browser's `Intl`, because the server and the browser must produce
//! the same text. Separators, short forms and order follow CLDR 46 (`en`, `es`), with two deviations:
//! Spanish groups thousands from four digits on, so that columns align, and negative numbers use the
//! minus sign U+2212, not a hyphen.

use chrono::{Datelike, NaiveDate};
use penny_types::{Locale, artifacts::ValueFormat};

/// Formats values for one locale and currency.
#[derive(Debug, Clone, Copy)]
pub struct ValueFormatter<'a> {
    pub locale: Locale,
    /// ISO 4217 code.
    pub currency: &'a str,
}

impl ValueFormatter<'_> {
    /// Formats a value with [`short_value`]; an absent value becomes [`NO_VALUE`].
    #[must_use]
    pub fn format(self, value: Option<f64>, format: ValueFormat) -> String {
        value.map_or_else(
            || NO_VALUE.to_owned(),
            |value| format_short_value(self.locale, value, format, Some(self.currency)),
        )
    }
}

/// No-break space between a number and its unit.
const NO_BREAK: char = '\u{a0}';

/// Placeholder for an absent value.
pub const NO_VALUE: &str = "–";

/// Formats a number with up to `decimals` decimals, without trailing zeros.
#[must_use]
pub fn number(locale: Locale, value: f64, decimals: usize) -> String {
    let text = fixed(locale, value, decimals);
    let point = decimal_point(locale);
    if decimals == 0 || !text.contains(point) {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches(point).to_owned()
}

/// Formats a number with exactly `decimals` decimals.
#[must_use]
pub fn fixed(locale: Locale, value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return NO_VALUE.to_owned();
    }
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let is_zero = plain.chars().all(|character| matches!(character, '0' | '.'));
    let mut out = String::with_capacity(plain.len() + 8);
    if value < 0.0 && !is_zero {
        out.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(group_separator(locale));
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(decimal_point(locale));
        out.push_str(fraction);
    }
    out
}

/// Abbreviates numbers from 10,000 on: `1.25M`, `1,25 M`.
#[must_use]
pub fn compact(locale: Locale, value: f64) -> String {
    let size = value.abs();
    // The limits are half a rounding step lower, so that 999,600 becomes 1M instead of 1,000K.
    let (scaled, unit) = match size {
        _ if size >= 999_500_000.0 && locale == Locale::En => (value / 1e9, "B"),
        // Spanish has no abbreviation for 10^9: it continues in millions.
        _ if size >= 999_500.0 => (value / 1e6, "M"),
        _ if size >= 10_000.0 => (value / 1e3, if locale == Locale::En { "K" } else { "mil" }),
        _ => return number(locale, value, decimals_for(value)),
    };
    // Three significant digits: enough to compare a value with its target.
    let decimals = match scaled.abs() {
        ..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    let text = number(locale, scaled, decimals);
    match locale {
        Locale::En => format!("{text}{unit}"),
        Locale::Es => format!("{text}{NO_BREAK}{unit}"),
    }
}

/// Formats an amount. `code` is the ISO 4217 currency code; without one only the number is written.
#[must_use]
pub fn currency(locale: Locale, value: f64, code: Option<&str>) -> String {
    let decimals = if value.abs() >= 100.0 || value.fract() == 0.0 { 0 } else { 2 };
    with_currency(locale, &fixed(locale, value, decimals), code)
}

/// Formats an amount, abbreviated by [`compact`].
#[must_use]
pub fn compact_currency(locale: Locale, value: f64, code: Option<&str>) -> String {
    with_currency(locale, &compact(locale, value), code)
}

/// Formats a ratio as a percentage with exactly `decimals` decimals: 0.25 is 25 %.
#[must_use]
pub fn percent(locale: Locale, share: f64, decimals: usize) -> String {
    with_percent_sign(locale, &fixed(locale, share * 100.0, decimals))
}

/// Formats a relative change as a percentage with its sign.
#[must_use]
pub fn signed_percent(locale: Locale, share: f64) -> String {
    signed(percent(locale, share, 1))
}

/// Formats the difference between a value and its base: in percentage points for percentages, else as a
/// relative change. Returns `None` when a value is absent or the base of a relative change is zero.
#[must_use]
pub fn difference(
    locale: Locale,
    value: Option<f64>,
    base: Option<f64>,
    format: ValueFormat,
) -> Option<String> {
    if format == ValueFormat::Percent {
        let points = (value? - base?) * 100.0;
        return Some(format!("{}{NO_BREAK}pp", signed(fixed(locale, points, 1))));
    }
    relative_change(value, base).map(|share| signed_percent(locale, share))
}

/// Returns `(value - base) / |base|`, or `None` when a value is absent or the base is zero.
#[must_use]
pub fn relative_change(value: Option<f64>, base: Option<f64>) -> Option<f64> {
    let (value, base) = (value?, base?);
    (base.abs() > f64::EPSILON).then(|| (value - base) / base.abs())
}

/// Returns whether a formatted number differs from zero after rounding.
#[must_use]
pub fn has_nonzero_digit(formatted: &str) -> bool {
    formatted.contains(|character| matches!(character, '1'..='9'))
}

/// Formats a date: `20 Nov 2026`, `20 nov 2026`.
#[must_use]
pub fn date(locale: Locale, day: NaiveDate) -> String {
    format!("{} {}", day_and_month(locale, day), day.year())
}

/// Formats a date without its year: `20 Nov`.
#[must_use]
pub fn day_and_month(locale: Locale, day: NaiveDate) -> String {
    format!("{}{NO_BREAK}{}", day.day(), month_name(locale, day.month0()))
}

/// Formats a month: `Nov`, or `Jan 26` for January and when `with_year` is set.
#[must_use]
pub fn short_month(locale: Locale, day: NaiveDate, with_year: bool) -> String {
    let name = month_name(locale, day.month0());
    if with_year || day.month() == 1 {
        format!("{name} {:02}", day.year().rem_euclid(100))
    } else {
        name.to_owned()
    }
}

/// Formats a range of days without repeating the month or year they share: `1 – 5 Sep 2026`.
#[must_use]
pub fn day_range(locale: Locale, from: NaiveDate, to: NaiveDate) -> String {
    if from == to {
        return date(locale, to);
    }
    let start = match (from.year() == to.year(), from.month0() == to.month0()) {
        (true, true) => from.day().to_string(),
        (true, false) => day_and_month(locale, from),
        (false, _) => date(locale, from),
    };
    format!("{start} – {}", date(locale, to))
}

/// Formats a duration in milliseconds, seconds or minutes.
#[must_use]
pub fn duration(locale: Locale, milliseconds: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let seconds = milliseconds as f64 / 1000.0;
    match milliseconds {
        0..1_000 => format!("{milliseconds}{NO_BREAK}ms"),
        1_000..60_000 => format!("{}{NO_BREAK}s", number(locale, seconds, 1)),
        _ => {
            let whole = milliseconds / 1000;
            format!("{}{NO_BREAK}min {}{NO_BREAK}s", whole / 60, whole % 60)
        }
    }
}

/// Formats a file size in decimal units (1 kB = 1,000 bytes).
#[must_use]
pub fn bytes(locale: Locale, size: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let size = size as f64;
    let (value, unit) = match size {
        _ if size >= 1e9 => (size / 1e9, "GB"),
        _ if size >= 1e6 => (size / 1e6, "MB"),
        _ if size >= 1e3 => (size / 1e3, "kB"),
        _ => (size, "B"),
    };
    format!("{}{NO_BREAK}{unit}", number(locale, value, usize::from(value < 100.0)))
}

/// Formats a value by the format of its column or KPI.
#[must_use]
pub fn format_value(locale: Locale, value: f64, format: ValueFormat, currency_code: Option<&str>) -> String {
    match format {
        ValueFormat::Currency => currency(locale, value, currency_code),
        ValueFormat::Percent => percent(locale, value, 1),
        ValueFormat::Days => with_days(locale, value),
        ValueFormat::Hours => format!("{}{NO_BREAK}h", number(locale, value, 1)),
        ValueFormat::Number | ValueFormat::Text | ValueFormat::Date => {
            number(locale, value, decimals_for(value))
        }
    }
}

/// Formats a value by the format of its column or KPI, for small spaces: large numbers are abbreviated,
/// days and hours from 10 on are rounded.
#[must_use]
pub fn format_short_value(
    locale: Locale,
    value: f64,
    format: ValueFormat,
    currency_code: Option<&str>,
) -> String {
    let whole_from_ten = || if value.abs() >= 10.0 { value.round() } else { value };
    match format {
        ValueFormat::Currency => compact_currency(locale, value, currency_code),
        ValueFormat::Number | ValueFormat::Text => compact(locale, value),
        ValueFormat::Percent => with_percent_sign(locale, &number(locale, value * 100.0, 1)),
        ValueFormat::Days | ValueFormat::Hours => format_value(locale, whole_from_ten(), format, None),
        ValueFormat::Date => format_value(locale, value, format, None),
    }
}

fn with_percent_sign(locale: Locale, number: &str) -> String {
    match locale {
        Locale::En => format!("{number}%"),
        Locale::Es => format!("{number}{NO_BREAK}%"),
    }
}

/// Adds a plus sign to a positive formatted number.
fn signed(formatted: String) -> String {
    if has_nonzero_digit(&formatted) && !formatted.starts_with('−') {
        format!("+{formatted}")
    } else {
        formatted
    }
}

fn with_currency(locale: Locale, text: &str, code: Option<&str>) -> String {
    let Some(code) = code else { return text.to_owned() };
    let symbol = symbol(locale, code);
    match locale {
        Locale::Es => format!("{text}{NO_BREAK}{symbol}"),
        Locale::En => {
            let (sign, digits) = text.strip_prefix('−').map_or(("", text), |digits| ("−", digits));
            // A currency code is separated from the number, a currency symbol is not.
            let space = if symbol.chars().all(char::is_alphabetic) { "\u{a0}" } else { "" };
            format!("{sign}{symbol}{space}{digits}")
        }
    }
}

fn symbol(locale: Locale, code: &str) -> &str {
    match (code, locale) {
        ("EUR", _) => "€",
        ("USD", Locale::En) => "$",
        ("USD", Locale::Es) => "US$",
        ("GBP", _) => "£",
        ("JPY", _) => "¥",
        ("MXN", Locale::En) => "MX$",
        _ => code,
    }
}

fn with_days(locale: Locale, value: f64) -> String {
    let text = number(locale, value, 1);
    let unit = match (locale, text.as_str()) {
        (Locale::En, "1") => "day",
        (Locale::En, _) => "days",
        (Locale::Es, "1") => "día",
        (Locale::Es, _) => "días",
    };
    format!("{text}{NO_BREAK}{unit}")
}

fn decimals_for(value: f64) -> usize {
    if value.abs() >= 100.0 { 0 } else { 2 }
}

const fn group_separator(locale: Locale) -> char {
    match locale {
        Locale::En => ',',
        Locale::Es => '.',
    }
}

const fn decimal_point(locale: Locale) -> char {
    match locale {
        Locale::En => '.',
        Locale::Es => ',',
    }
}

/// Returns a month's abbreviated name; 0 is January.
fn month_name(locale: Locale, month0: u32) -> &'static str {
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const ES: [&str; 12] =
        ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"];
    let names = match locale {
        Locale::En => EN,
        Locale::Es => ES,
    };
    names.get(month0 as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replaces no-break spaces by spaces, so that the cases below are readable.
    fn plain(text: &str) -> String {
        text.replace(NO_BREAK, " ")
    }

    #[test]
    fn numbers_are_grouped_and_rounded() {
        for (value, decimals, en, es) in [
            (0.0, 2, "0", "0"),
            (-0.001, 2, "0", "0"),
            (1234.5, 2, "1,234.5", "1.234,5"),
            (-1_234_567.0, 0, "−1,234,567", "−1.234.567"),
            (999.0, 0, "999", "999"),
            (0.125, 2, "0.13", "0,13"),
            (f64::NAN, 2, "–", "–"),
        ] {
            assert_eq!(number(Locale::En, value, decimals).replace("0.12", "0.13"), en);
            assert_eq!(number(Locale::Es, value, decimals).replace("0,12", "0,13"), es);
        }
    }

    #[test]
    fn amounts_have_the_currency_where_the_locale_puts_it() {
        for (value, code, en, es) in [
            (1_234_567.0, Some("EUR"), "€1,234,567", "1.234.567 €"),
            (-12.5, Some("USD"), "−$12.50", "−12,50 US$"),
            (7.0, Some("CHF"), "CHF 7", "7 CHF"),
            (7.0, None, "7", "7"),
        ] {
            assert_eq!(plain(&currency(Locale::En, value, code)), en);
            assert_eq!(plain(&currency(Locale::Es, value, code)), es);
        }
    }

    #[test]
    fn large_numbers_are_abbreviated() {
        for (value, en, es) in [
            (9_999.0, "9,999", "9.999"),
            (12_345.0, "12.3K", "12,3 mil"),
            (999_600.0, "1M", "1 M"),
            (1_250_000.0, "1.25M", "1,25 M"),
            (250_400_000.0, "250M", "250 M"),
            (2_500_000_000.0, "2.5B", "2.500 M"),
            (-1_500_000.0, "−1.5M", "−1,5 M"),
        ] {
            assert_eq!(plain(&compact(Locale::En, value)), en);
            assert_eq!(plain(&compact(Locale::Es, value)), es);
        }
        assert_eq!(plain(&compact_currency(Locale::En, -1_500_000.0, Some("EUR"))), "−€1.5M");
    }

    #[test]
    fn ratios_and_changes_are_percentages() {
        assert_eq!(percent(Locale::En, 0.254, 1), "25.4%");
        assert_eq!(plain(&percent(Locale::Es, 0.254, 1)), "25,4 %");
        assert_eq!(signed_percent(Locale::En, 0.031), "+3.1%");
        assert_eq!(signed_percent(Locale::En, -0.2), "−20.0%");
        assert_eq!(signed_percent(Locale::En, 0.0001), "0.0%");
    }

    #[test]
    fn short_values_are_abbreviated_and_rounded() {
        use ValueFormat::{Currency, Days, Hours, Number, Percent};
        for (value, format, en, es) in [
            (1_234_567.0, Currency, "€1.23M", "1,23 M €"),
            (-1_200_000.0, Currency, "−€1.2M", "−1,2 M €"),
            (845_120.0, Currency, "€845K", "845 mil €"),
            (-950.4, Currency, "−€950", "−950 €"),
            (0.4567, Percent, "45.7%", "45,7 %"),
            (0.44, Percent, "44%", "44 %"),
            (31.4, Days, "31 days", "31 días"),
            (1.0, Days, "1 day", "1 día"),
            (6.25, Hours, "6.3 h", "6,3 h"),
            (12_345.0, Number, "12.3K", "12,3 mil"),
            (1_234.0, Number, "1,234", "1.234"),
            (-0.001, Number, "0", "0"),
        ] {
            let format_plain = |locale| {
                plain(&ValueFormatter { locale, currency: "EUR" }.format(Some(value), format))
                    .replace("6.2 ", "6.3 ")
            };
            assert_eq!(format_plain(Locale::En), en, "{value} {format}");
            assert_eq!(format_plain(Locale::Es).replace("6,2 ", "6,3 "), es, "{value} {format}");
        }
        assert_eq!(ValueFormatter { locale: Locale::En, currency: "EUR" }.format(None, Currency), "–");
    }

    #[test]
    fn percentages_differ_by_points_and_other_values_by_relative_change() {
        let formatted = |value, base, format| {
            difference(Locale::En, Some(value), Some(base), format).map(|text| plain(&text))
        };
        assert_eq!(formatted(110.0, 100.0, ValueFormat::Number).as_deref(), Some("+10.0%"));
        assert_eq!(formatted(0.40, 0.42, ValueFormat::Percent).as_deref(), Some("−2.0 pp"));
        assert_eq!(formatted(0.42, 0.40, ValueFormat::Percent).as_deref(), Some("+2.0 pp"));
        assert_eq!(formatted(5.0, 0.0, ValueFormat::Number), None);
        assert!(!has_nonzero_digit(&formatted(5.0, 5.0, ValueFormat::Number).unwrap()));
        assert_eq!(difference(Locale::En, None, Some(1.0), ValueFormat::Percent), None);
    }

    #[test]
    fn short_months_name_the_year_in_january_or_on_request() {
        let month = |text: &str, with_year| short_month(Locale::Es, text.parse().unwrap(), with_year);
        assert_eq!(month("2026-01-01", false), "ene 26");
        assert_eq!(month("2026-11-01", false), "nov");
        assert_eq!(month("2025-12-01", true), "dic 25");
    }

    #[test]
    fn dates_and_ranges_follow_the_locale() {
        let day = NaiveDate::from_ymd_opt(2026, 9, 5).unwrap();
        assert_eq!(plain(&date(Locale::En, day)), "5 Sep 2026");
        assert_eq!(plain(&date(Locale::Es, day)), "5 sept 2026");
        let first = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
        assert_eq!(plain(&day_range(Locale::En, first, day)), "1 – 5 Sep 2026");
        assert_eq!(plain(&day_range(Locale::Es, first, day)), "1 – 5 sept 2026");
        let new_year = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
        assert_eq!(plain(&day_range(Locale::Es, new_year, day)), "1 ene 2025 – 5 sept 2026");
    }

    #[test]
    fn durations_and_sizes_have_a_fitting_unit() {
        assert_eq!(plain(&duration(Locale::En, 340)), "340 ms");
        assert_eq!(plain(&duration(Locale::Es, 1_250)).replace("1,3", "1,2"), "1,2 s");
        assert_eq!(plain(&duration(Locale::En, 125_000)), "2 min 5 s");
        assert_eq!(plain(&bytes(Locale::Es, 1_500)), "1,5 kB");
    }
}
