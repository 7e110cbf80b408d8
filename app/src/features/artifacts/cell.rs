//! Formatting of table cells.

use chrono::NaiveDate;
use penny_i18n::formats;
use penny_types::{Locale, artifacts::ValueFormat};
use serde_json::Value;

/// Formats a table cell.
#[must_use]
pub fn format_cell(
    locale: Locale,
    value: &Value,
    format: ValueFormat,
    currency_code: Option<&str>,
) -> String {
    match value {
        Value::Null => formats::NO_VALUE.to_owned(),
        Value::Bool(is_true) => yes_or_no(locale, *is_true).to_owned(),
        Value::Number(number) => number.as_f64().map_or_else(
            || number.to_string(),
            |value| formats::format_value(locale, value, format, currency_code),
        ),
        Value::String(text) if format == ValueFormat::Date => format_day(locale, text),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns whether a column of this format is numeric, and therefore aligned right.
#[must_use]
pub const fn is_numeric(format: ValueFormat) -> bool {
    !matches!(format, ValueFormat::Text | ValueFormat::Date)
}

fn format_day(locale: Locale, text: &str) -> String {
    let day = text.get(..10).unwrap_or(text);
    day.parse::<NaiveDate>().map_or_else(|_| text.to_owned(), |day| formats::date(locale, day))
}

const fn yes_or_no(locale: Locale, is_true: bool) -> &'static str {
    match (locale, is_true) {
        (Locale::En, true) => "Yes",
        (Locale::Es, true) => "Sí",
        (_, false) => "No",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_are_formatted_by_their_column() {
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
            let text = format_cell(Locale::En, &value, format, Some("EUR"));
            assert_eq!(text.replace('\u{a0}', " "), en);
        }
    }
}
