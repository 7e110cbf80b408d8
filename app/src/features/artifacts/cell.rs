//! A table's cells as people read them.

use chrono::NaiveDate;
use penny_types::{Locale, artifacts::ValueFormat};
use penny_words::figures;
use serde_json::Value;

/// Writes a table's cell.
#[must_use]
pub fn written(locale: Locale, value: &Value, format: ValueFormat, currency_code: Option<&str>) -> String {
    match value {
        Value::Null => figures::NOTHING.to_owned(),
        Value::Bool(is_true) => yes_or_no(locale, *is_true).to_owned(),
        Value::Number(figure) => figure.as_f64().map_or_else(
            || figure.to_string(),
            |value| figures::figure(locale, value, format, currency_code),
        ),
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
    day.parse::<NaiveDate>().map_or_else(|_| text.to_owned(), |day| figures::date(locale, day))
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
            let said = written(Locale::En, &value, format, Some("EUR"));
            assert_eq!(said.replace('\u{a0}', " "), en);
        }
    }
}
