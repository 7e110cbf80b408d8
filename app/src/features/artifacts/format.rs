//! Numbers, amounts, days and lengths of time as people write them, in English and Spanish.
//!
//! Plain functions instead of the browser's `Intl`, because the server draws the page first and both
//! must write the same. Separators and order follow CLDR 46 (`en`, `es`), with two choices of our
//! own: thousands are grouped in Spanish from four digits on, so columns stay even, and negative
//! numbers carry a minus sign, not a hyphen.

use chrono::{Datelike, NaiveDate};
use penny_types::{Locale, artifacts::ValueFormat};
use serde_json::Value;

/// Joins a number and its unit: they never stand on two lines.
const NO_BREAK: char = '\u{a0}';

/// What is shown where there is no figure.
pub const NOTHING: &str = "–";

/// Writes a number with up to `decimals` decimals, trailing zeros dropped.
#[must_use]
pub fn number(locale: Locale, value: f64, decimals: usize) -> String {
    let text = fixed(locale, value, decimals);
    let point = decimal_point(locale);
    if decimals == 0 || !text.contains(point) {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches(point).to_owned()
}

/// Writes a number with exactly `decimals` decimals.
#[must_use]
pub fn fixed(locale: Locale, value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let is_zero = plain.chars().all(|letter| matches!(letter, '0' | '.'));
    let mut out = String::with_capacity(plain.len() + 8);
    if value < 0.0 && !is_zero {
        out.push('−');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(group_mark(locale));
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(decimal_point(locale));
        out.push_str(fraction);
    }
    out
}

/// Writes a large number short: `1.25M`, `1,25 M`. Below ten thousand it is written out.
#[must_use]
pub fn compact(locale: Locale, value: f64) -> String {
    let size = value.abs();
    let (scaled, unit) = match size {
        _ if size >= 999_950_000.0 && locale == Locale::En => (value / 1e9, "B"),
        // Spanish has no short word for a thousand million: it goes on counting millions.
        _ if size >= 999_950.0 => (value / 1e6, "M"),
        _ if size >= 10_000.0 => (value / 1e3, if locale == Locale::En { "K" } else { "k" }),
        _ => return number(locale, value, decimals_for(value)),
    };
    // Three figures tell enough, and as many as it takes to see a difference from a target.
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

/// Writes an amount in a currency, given by its ISO 4217 code; without one only the number.
#[must_use]
pub fn currency(locale: Locale, value: f64, code: Option<&str>) -> String {
    let decimals = if value.abs() >= 100.0 || value.fract() == 0.0 { 0 } else { 2 };
    with_currency(locale, &fixed(locale, value, decimals), code)
}

/// Writes an amount short.
#[must_use]
pub fn compact_currency(locale: Locale, value: f64, code: Option<&str>) -> String {
    with_currency(locale, &compact(locale, value), code)
}

/// Writes a share: 0.25 is 25 %.
#[must_use]
pub fn percent(locale: Locale, share: f64, decimals: usize) -> String {
    let text = fixed(locale, share * 100.0, decimals);
    match locale {
        Locale::En => format!("{text}%"),
        Locale::Es => format!("{text}{NO_BREAK}%"),
    }
}

/// Writes a change as a share, always with its sign.
#[must_use]
pub fn change(locale: Locale, share: f64) -> String {
    let text = percent(locale, share, 1);
    if share > 0.0 && text.chars().any(|letter| matches!(letter, '1'..='9')) {
        format!("+{text}")
    } else {
        text
    }
}

/// Writes a calendar day: `20 Nov 2026`, `20 nov 2026`.
#[must_use]
pub fn date(locale: Locale, day: NaiveDate) -> String {
    format!("{}{NO_BREAK}{} {}", day.day(), month_name(locale, day.month0()), day.year())
}

/// Writes a month: `Nov 2026`, `nov 2026`.
#[must_use]
pub fn month(locale: Locale, day: NaiveDate) -> String {
    format!("{}{NO_BREAK}{}", month_name(locale, day.month0()), day.year())
}

/// Writes the first and the last day of a stretch, without saying the same thing twice.
#[must_use]
pub fn day_range(locale: Locale, from: NaiveDate, to: NaiveDate) -> String {
    if from == to {
        return date(locale, to);
    }
    let start = match (from.year() == to.year(), from.month0() == to.month0()) {
        (true, true) => from.day().to_string(),
        (true, false) => format!("{}{NO_BREAK}{}", from.day(), month_name(locale, from.month0())),
        (false, _) => date(locale, from),
    };
    format!("{start} – {}", date(locale, to))
}

/// Writes how long something ran.
#[must_use]
pub fn duration(locale: Locale, milliseconds: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a length of time, shown with one decimal")]
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

/// Writes the size of a file, in decimal units.
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

/// Writes a figure the way its column or definition asks for.
#[must_use]
pub fn figure(locale: Locale, value: f64, format: ValueFormat, currency_code: Option<&str>) -> String {
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

/// Writes a figure in little room: large numbers and amounts short.
#[must_use]
pub fn short_figure(locale: Locale, value: f64, format: ValueFormat, currency_code: Option<&str>) -> String {
    match format {
        ValueFormat::Currency => compact_currency(locale, value, currency_code),
        ValueFormat::Number | ValueFormat::Text => compact(locale, value),
        _ => figure(locale, value, format, currency_code),
    }
}

/// Writes a table's cell.
#[must_use]
pub fn cell(locale: Locale, value: &Value, format: ValueFormat, currency_code: Option<&str>) -> String {
    match value {
        Value::Null => NOTHING.to_owned(),
        Value::Bool(is_true) => yes_or_no(locale, *is_true).to_owned(),
        Value::Number(figure_value) => figure_value
            .as_f64()
            .map_or_else(|| figure_value.to_string(), |value| figure(locale, value, format, currency_code)),
        Value::String(text) if format == ValueFormat::Date => written_day(locale, text),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Says whether a column of this format holds figures, which stand at the right edge.
#[must_use]
pub const fn is_figure(format: ValueFormat) -> bool {
    !matches!(format, ValueFormat::Text | ValueFormat::Date)
}

fn written_day(locale: Locale, text: &str) -> String {
    let day = text.get(..10).unwrap_or(text);
    day.parse::<NaiveDate>().map_or_else(|_| text.to_owned(), |day| date(locale, day))
}

fn with_currency(locale: Locale, text: &str, code: Option<&str>) -> String {
    let Some(code) = code else { return text.to_owned() };
    let symbol = symbol(locale, code);
    match locale {
        Locale::Es => format!("{text}{NO_BREAK}{symbol}"),
        Locale::En => {
            let (sign, digits) = text.strip_prefix('−').map_or(("", text), |digits| ("−", digits));
            // A code, unlike a symbol, is a word and stands apart.
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
    let word = match (locale, text.as_str()) {
        (Locale::En, "1") => "day",
        (Locale::En, _) => "days",
        (Locale::Es, "1") => "día",
        (Locale::Es, _) => "días",
    };
    format!("{text}{NO_BREAK}{word}")
}

const fn yes_or_no(locale: Locale, is_true: bool) -> &'static str {
    match (locale, is_true) {
        (Locale::En, true) => "Yes",
        (Locale::Es, true) => "Sí",
        (_, false) => "No",
    }
}

fn decimals_for(value: f64) -> usize {
    if value.abs() >= 100.0 { 0 } else { 2 }
}

const fn group_mark(locale: Locale) -> char {
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

/// Returns a month's short name; 0 is January.
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
    use serde_json::json;

    /// Reads no-break spaces as spaces, so the cases below can be read.
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
    fn amounts_carry_their_currency_where_the_language_puts_it() {
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
    fn large_amounts_can_be_written_short() {
        for (value, en, es) in [
            (9_999.0, "9,999", "9.999"),
            (12_345.0, "12.3K", "12,3 k"),
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
    fn shares_and_changes_are_percentages() {
        assert_eq!(percent(Locale::En, 0.254, 1), "25.4%");
        assert_eq!(plain(&percent(Locale::Es, 0.254, 1)), "25,4 %");
        assert_eq!(change(Locale::En, 0.031), "+3.1%");
        assert_eq!(change(Locale::En, -0.2), "−20.0%");
        assert_eq!(change(Locale::En, 0.0001), "0.0%");
    }

    #[test]
    fn days_are_written_in_the_order_of_the_language() {
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
    fn lengths_of_time_and_sizes_have_a_fitting_unit() {
        assert_eq!(plain(&duration(Locale::En, 340)), "340 ms");
        assert_eq!(plain(&duration(Locale::Es, 1_250)).replace("1,3", "1,2"), "1,2 s");
        assert_eq!(plain(&duration(Locale::En, 125_000)), "2 min 5 s");
        assert_eq!(plain(&bytes(Locale::Es, 1_500)), "1,5 kB");
    }

    #[test]
    fn cells_are_written_as_their_column_says() {
        for (value, format, en) in [
            (json!(null), ValueFormat::Number, "–"),
            (json!("2026-01-02"), ValueFormat::Date, "2 Jan 2026"),
            (json!("2026-01-02T10:00:00Z"), ValueFormat::Date, "2 Jan 2026"),
            (json!("someday"), ValueFormat::Date, "someday"),
            (json!(0.5), ValueFormat::Percent, "50.0%"),
            (json!(1), ValueFormat::Days, "1 day"),
            (json!(2.5), ValueFormat::Hours, "2.5 h"),
            (json!(1234), ValueFormat::Number, "1,234"),
            (json!(true), ValueFormat::Text, "Yes"),
            (json!("x"), ValueFormat::Currency, "x"),
        ] {
            assert_eq!(plain(&cell(Locale::En, &value, format, Some("EUR"))), en);
        }
    }
}
