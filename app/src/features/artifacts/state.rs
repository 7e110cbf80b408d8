//! Sorting, CSV export, file names and sparklines, independent of the browser.

use super::cell;
use penny_types::{Locale, artifacts::TableContent};
use serde_json::Value;
use std::{cmp::Ordering, collections::BTreeMap};

/// Sort order of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSort {
    /// Index of the column, from 0.
    pub column: usize,
    pub is_descending: bool,
}

impl TableSort {
    /// Returns the sort order after a click on a column header. Numeric columns start descending, text columns
    /// ascending; the second click reverses the order, the third one removes it.
    #[must_use]
    pub fn toggle(current: Option<Self>, column: usize, is_numeric: bool) -> Option<Self> {
        match current {
            Some(sort) if sort.column == column => {
                let is_reversed = sort.is_descending != is_numeric;
                (!is_reversed).then_some(Self { column, is_descending: !sort.is_descending })
            }
            _ => Some(Self { column, is_descending: is_numeric }),
        }
    }
}

/// Returns the row indexes in sort order. Empty cells come last in both directions.
#[must_use]
pub fn sorted_rows(table: &TableContent, sort: Option<TableSort>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..table.rows.len()).collect();
    if let Some(TableSort { column, is_descending }) = sort {
        let cell = |row: usize| table.rows.get(row).and_then(|row| row.get(column)).unwrap_or(&Value::Null);
        order.sort_by(|left, right| {
            let (left, right) = (cell(*left), cell(*right));
            match (left.is_null(), right.is_null()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) if is_descending => compare(right, left),
                (false, false) => compare(left, right),
            }
        });
    }
    order
}

fn compare(left: &Value, right: &Value) -> Ordering {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => cell_text(left).to_lowercase().cmp(&cell_text(right).to_lowercase()),
    }
}

fn cell_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Formats a table as CSV (RFC 4180) with unformatted numbers. A byte order mark makes spreadsheets read it as
/// UTF-8; text that a spreadsheet would run as a formula is prefixed with an apostrophe.
#[must_use]
pub fn csv(table: &TableContent) -> String {
    let mut out = String::from("\u{feff}");
    write_csv_line(&mut out, table.columns.iter().map(|column| escape_formula(&column.name)));
    for row in &table.rows {
        write_csv_line(
            &mut out,
            row.iter().map(|value| match value {
                Value::Null => String::new(),
                Value::String(text) => escape_formula(text),
                other => other.to_string(),
            }),
        );
    }
    out
}

fn write_csv_line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

fn escape_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// Derives a file name from a title.
#[must_use]
pub fn file_name(title: &str, extension: &str) -> String {
    let mut stem = String::new();
    for character in title.chars() {
        if character.is_alphanumeric() {
            stem.extend(character.to_lowercase());
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
    }
    let stem: String = stem.trim_end_matches('-').chars().take(80).collect();
    if stem.is_empty() { format!("artifact.{extension}") } else { format!("{stem}.{extension}") }
}

/// Returns the value formats of a chart's series by name. A series has the name of its column.
#[must_use]
pub fn series_formats(table: &TableContent) -> BTreeMap<String, &'static str> {
    table.columns.iter().map(|column| (column.name.clone(), column.format.as_str())).collect()
}

/// Formats the cells of a row.
#[must_use]
pub fn formatted_row(
    table: &TableContent,
    row: usize,
    locale: Locale,
    currency: Option<&str>,
) -> Vec<String> {
    let cells = table.rows.get(row).map(Vec::as_slice).unwrap_or_default();
    let formats = table.columns.iter().map(|column| column.format);
    formats
        .zip(cells.iter().chain(std::iter::repeat(&Value::Null)))
        .map(|(format, value)| cell::format_cell(locale, value, format, currency))
        .collect()
}

/// Returns the SVG path of a sparkline of the given size, or `None` for fewer than two values. An absent value
/// interrupts the line.
#[must_use]
pub fn sparkline(values: &[Option<f64>], width: f64, height: f64) -> Option<String> {
    let known: Vec<f64> = values.iter().flatten().copied().filter(|value| value.is_finite()).collect();
    if known.len() < 2 {
        return None;
    }
    let (low, high) =
        known.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
    let span = if high > low { high - low } else { 1.0 };
    #[expect(clippy::cast_precision_loss, reason = "a sparkline has few points")]
    let step = width / (values.len().saturating_sub(1).max(1) as f64);
    let mut path = String::new();
    let mut is_drawing = false;
    for (index, value) in values.iter().enumerate() {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            is_drawing = false;
            continue;
        };
        #[expect(clippy::cast_precision_loss, reason = "a sparkline has few points")]
        let x = step * index as f64;
        let y = if high > low { height - (value - low) / span * height } else { height / 2.0 };
        path.push(if is_drawing { 'L' } else { 'M' });
        path.push_str(&format!("{x:.1} {y:.1}"));
        is_drawing = true;
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::artifacts::{TableColumn, ValueFormat};
    use serde_json::json;

    fn table() -> TableContent {
        let column = |name: &str, format| TableColumn { name: name.to_owned(), format };
        TableContent {
            columns: vec![column("Unit", ValueFormat::Text), column("Revenue", ValueFormat::Currency)],
            rows: vec![
                vec![json!("beta"), json!(10)],
                vec![json!("Alpha"), json!(9.5)],
                vec![json!("gamma"), json!(null)],
                vec![json!("=cmd|' /C'!A1, \"x\""), json!(-3)],
            ],
        }
    }

    #[test]
    fn rows_are_sorted_by_number_or_text_and_empty_cells_come_last() {
        let by = |column, is_descending| sorted_rows(&table(), Some(TableSort { column, is_descending }));
        assert_eq!(by(1, true), [0, 1, 3, 2]);
        assert_eq!(by(1, false), [3, 1, 0, 2]);
        assert_eq!(by(0, false), [3, 1, 0, 2]);
        assert_eq!(sorted_rows(&table(), None), [0, 1, 2, 3]);
    }

    #[test]
    fn clicks_on_a_header_cycle_through_the_sort_orders() {
        let first = TableSort::toggle(None, 1, true);
        assert_eq!(first, Some(TableSort { column: 1, is_descending: true }));
        let second = TableSort::toggle(first, 1, true);
        assert_eq!(second, Some(TableSort { column: 1, is_descending: false }));
        assert_eq!(TableSort::toggle(second, 1, true), None);
        assert_eq!(TableSort::toggle(first, 0, false), Some(TableSort { column: 0, is_descending: false }));
    }

    #[test]
    fn csv_quotes_special_characters_and_escapes_formulas() {
        let text = csv(&table());
        assert!(text.starts_with("\u{feff}Unit,Revenue\r\nbeta,10\r\n"), "{text}");
        assert!(text.ends_with("\"'=cmd|' /C'!A1, \"\"x\"\"\",-3\r\n"), "{text}");
    }

    #[test]
    fn file_names_are_derived_from_titles() {
        assert_eq!(file_name("Company Health · Q4/2026", "csv"), "company-health-q4-2026.csv");
        assert_eq!(file_name("Años", "png"), "años.png");
        assert_eq!(file_name("///", "png"), "artifact.png");
    }

    #[test]
    fn a_sparkline_fills_its_box_and_has_gaps_for_absent_values() {
        assert_eq!(
            sparkline(&[Some(0.0), Some(10.0), None, Some(5.0), Some(5.0)], 40.0, 10.0).as_deref(),
            Some("M0.0 10.0L10.0 0.0M30.0 5.0L40.0 5.0")
        );
        assert_eq!(sparkline(&[Some(1.0), None], 40.0, 10.0), None);
        assert_eq!(sparkline(&[Some(1.0), Some(1.0)], 40.0, 10.0).as_deref(), Some("M0.0 5.0L40.0 5.0"));
    }
}
