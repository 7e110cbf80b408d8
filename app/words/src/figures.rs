//! Numbers, amounts, days and lengths of time as people write them, in English and Spanish.
//!
//! Plain functions instead of the browser's `Intl`, because the server draws the page first, writes
//! charts and answers, and all must write the same. Separators, short forms and order follow CLDR 46
//! (`en`, `es`), with two choices of our own: thousands are grouped in Spanish from four digits on, so
//! columns stay even, and negative numbers carry a minus sign, not a hyphen.

use chrono::{Datelike, NaiveDate};
use penny_types::{Locale, artifacts::ValueFormat};

/// The language and the currency figures are written in.
#[derive(Debug, Clone, Copy)]
pub struct Hand<'a> {
    /// The language.
    pub locale: Locale,
    /// ISO 4217 code.
    pub currency: &'a str,
}

impl Hand<'_> {
    /// Writes a figure in little room; a dash when there is none.
    #[must_use]
    pub fn write(self, value: Option<f64>, format: ValueFormat) -> String {
        value.map_or_else(
            || NOTHING.to_owned(),
            |value| short_figure(self.locale, value, format, Some(self.currency)),
        )
    }
}

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
    // Half a step below each size: what would round up to it is written in it.
    let (scaled, unit) = match size {
        _ if size >= 999_500_000.0 && locale == Locale::En => (value / 1e9, "B"),
        // Spanish has no short word for a thousand million: it goes on counting millions.
        _ if size >= 999_500.0 => (value / 1e6, "M"),
        _ if size >= 10_000.0 => (value / 1e3, if locale == Locale::En { "K" } else { "mil" }),
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

/// Writes a share with exactly `decimals` decimals: 0.25 is 25 %.
#[must_use]
pub fn percent(locale: Locale, share: f64, decimals: usize) -> String {
    with_percent_sign(locale, &fixed(locale, share * 100.0, decimals))
}

/// Writes a change as a share, always with its sign.
#[must_use]
pub fn change(locale: Locale, share: f64) -> String {
    signed(percent(locale, share, 1))
}

/// Writes how a figure differs from another, as people expect it: shares by percentage points, all else
/// by a share of the other. Nothing when one is missing, or there is nothing to be a share of.
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
    share_of_change(value, base).map(|share| change(locale, share))
}

/// Returns a figure's distance from another as a share of it; nothing when that is zero or absent.
#[must_use]
pub fn share_of_change(value: Option<f64>, base: Option<f64>) -> Option<f64> {
    let (value, base) = (value?, base?);
    (base.abs() > f64::EPSILON).then(|| (value - base) / base.abs())
}

/// Says whether a written figure is other than nothing.
#[must_use]
pub fn is_noticeable(written: &str) -> bool {
    written.contains(|letter| matches!(letter, '1'..='9'))
}

/// Writes a calendar day: `20 Nov 2026`, `20 nov 2026`.
#[must_use]
pub fn date(locale: Locale, day: NaiveDate) -> String {
    format!("{} {}", day_and_month(locale, day), day.year())
}

/// Writes a day without its year: `20 Nov`.
#[must_use]
pub fn day_and_month(locale: Locale, day: NaiveDate) -> String {
    format!("{}{NO_BREAK}{}", day.day(), month_name(locale, day.month0()))
}

/// Writes a month in little room: `Nov`, and `Jan 26` where a year begins or is asked for.
#[must_use]
pub fn short_month(locale: Locale, day: NaiveDate, with_year: bool) -> String {
    let name = month_name(locale, day.month0());
    if with_year || day.month() == 1 {
        format!("{name} {:02}", day.year().rem_euclid(100))
    } else {
        name.to_owned()
    }
}

/// Writes the first and the last day of a stretch, without saying the same thing twice.
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

/// Writes a figure in little room: large numbers and amounts short, no more decimals than say something.
#[must_use]
pub fn short_figure(locale: Locale, value: f64, format: ValueFormat, currency_code: Option<&str>) -> String {
    let whole_from_ten = || if value.abs() >= 10.0 { value.round() } else { value };
    match format {
        ValueFormat::Currency => compact_currency(locale, value, currency_code),
        ValueFormat::Number | ValueFormat::Text => compact(locale, value),
        ValueFormat::Percent => with_percent_sign(locale, &number(locale, value * 100.0, 1)),
        ValueFormat::Days | ValueFormat::Hours => figure(locale, whole_from_ten(), format, None),
        ValueFormat::Date => figure(locale, value, format, None),
    }
}

fn with_percent_sign(locale: Locale, number: &str) -> String {
    match locale {
        Locale::En => format!("{number}%"),
        Locale::Es => format!("{number}{NO_BREAK}%"),
    }
}

/// Puts a plus before what is more than nothing.
fn signed(written: String) -> String {
    if is_noticeable(&written) && !written.starts_with('−') { format!("+{written}") } else { written }
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
    fn shares_and_changes_are_percentages() {
        assert_eq!(percent(Locale::En, 0.254, 1), "25.4%");
        assert_eq!(plain(&percent(Locale::Es, 0.254, 1)), "25,4 %");
        assert_eq!(change(Locale::En, 0.031), "+3.1%");
        assert_eq!(change(Locale::En, -0.2), "−20.0%");
        assert_eq!(change(Locale::En, 0.0001), "0.0%");
    }

    #[test]
    fn figures_in_little_room_say_no_more_than_they_know() {
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
            let write = |locale| {
                plain(&Hand { locale, currency: "EUR" }.write(Some(value), format)).replace("6.2 ", "6.3 ")
            };
            assert_eq!(write(Locale::En), en, "{value} {format}");
            assert_eq!(write(Locale::Es).replace("6,2 ", "6,3 "), es, "{value} {format}");
        }
        assert_eq!(Hand { locale: Locale::En, currency: "EUR" }.write(None, Currency), "–");
    }

    #[test]
    fn shares_differ_by_points_and_all_else_by_a_share() {
        let written = |value, base, format| {
            difference(Locale::En, Some(value), Some(base), format).map(|text| plain(&text))
        };
        assert_eq!(written(110.0, 100.0, ValueFormat::Number).as_deref(), Some("+10.0%"));
        assert_eq!(written(0.40, 0.42, ValueFormat::Percent).as_deref(), Some("−2.0 pp"));
        assert_eq!(written(0.42, 0.40, ValueFormat::Percent).as_deref(), Some("+2.0 pp"));
        assert_eq!(written(5.0, 0.0, ValueFormat::Number), None);
        assert!(!is_noticeable(&written(5.0, 5.0, ValueFormat::Number).unwrap()));
        assert_eq!(difference(Locale::En, None, Some(1.0), ValueFormat::Percent), None);
    }

    #[test]
    fn a_year_is_said_where_it_begins() {
        let month = |text: &str, with_year| short_month(Locale::Es, text.parse().unwrap(), with_year);
        assert_eq!(month("2026-01-01", false), "ene 26");
        assert_eq!(month("2026-11-01", false), "nov");
        assert_eq!(month("2025-12-01", true), "dic 25");
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
}
