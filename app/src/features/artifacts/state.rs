//! What tables and charts need to be computed, without a browser.

use super::cell;
use penny_types::{Locale, artifacts::TableContent};
use serde_json::Value;
use std::{cmp::Ordering, collections::BTreeMap};

/// Which column a table is sorted by, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sorting {
    /// The column, from 0.
    pub column: usize,
    /// Whether the largest comes first.
    pub is_descending: bool,
}

impl Sorting {
    /// Returns what a press on a column's head leads to: figures begin with the largest, words with
    /// the first; then the other way; then the table's own order.
    #[must_use]
    pub fn press(now: Option<Self>, column: usize, is_figure: bool) -> Option<Self> {
        match now {
            Some(sorting) if sorting.column == column => {
                let is_second = sorting.is_descending != is_figure;
                (!is_second).then_some(Self { column, is_descending: !sorting.is_descending })
            }
            _ => Some(Self { column, is_descending: is_figure }),
        }
    }
}

/// Returns the rows' places in the order asked for. Empty cells come last either way.
#[must_use]
pub fn sorted(table: &TableContent, sorting: Option<Sorting>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..table.rows.len()).collect();
    if let Some(Sorting { column, is_descending }) = sorting {
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
        (None, None) => words(left).to_lowercase().cmp(&words(right).to_lowercase()),
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Writes a table as CSV (RFC 4180), figures raw, with a byte order mark so that spreadsheets read
/// it as UTF-8. Text that a spreadsheet would run as a formula is quoted with an apostrophe.
#[must_use]
pub fn csv(table: &TableContent) -> String {
    let mut out = String::from("\u{feff}");
    line(&mut out, table.columns.iter().map(|column| defused(&column.name)));
    for row in &table.rows {
        line(
            &mut out,
            row.iter().map(|value| match value {
                Value::Null => String::new(),
                Value::String(text) => defused(text),
                other => other.to_string(),
            }),
        );
    }
    out
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
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

fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// Makes a file's name of a title.
#[must_use]
pub fn file_name(title: &str, extension: &str) -> String {
    let mut stem = String::new();
    for letter in title.chars() {
        if letter.is_alphanumeric() {
            stem.extend(letter.to_lowercase());
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
    }
    let stem: String = stem.trim_end_matches('-').chars().take(80).collect();
    if stem.is_empty() { format!("artifact.{extension}") } else { format!("{stem}.{extension}") }
}

/// Returns how each column of a chart's figures is written, by its name: the series bear the same names.
#[must_use]
pub fn series_formats(table: &TableContent) -> BTreeMap<String, &'static str> {
    table.columns.iter().map(|column| (column.name.clone(), column.format.as_str())).collect()
}

/// Writes a row's cells for people.
#[must_use]
pub fn written_row(table: &TableContent, row: usize, locale: Locale, currency: Option<&str>) -> Vec<String> {
    let cells = table.rows.get(row).map(Vec::as_slice).unwrap_or_default();
    let formats = table.columns.iter().map(|column| column.format);
    formats
        .zip(cells.iter().chain(std::iter::repeat(&Value::Null)))
        .map(|(format, value)| cell::written(locale, value, format, currency))
        .collect()
}

/// Returns the points of a small line drawing, in a box of the given size, or nothing for fewer than two figures.
///
/// Months without a figure leave a hole: each stretch is a path of its own.
#[must_use]
pub fn sparkline(values: &[Option<f64>], width: f64, height: f64) -> Option<String> {
    let known: Vec<f64> = values.iter().flatten().copied().filter(|value| value.is_finite()).collect();
    if known.len() < 2 {
        return None;
    }
    let (low, high) =
        known.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
    let span = if high > low { high - low } else { 1.0 };
    #[expect(clippy::cast_precision_loss, reason = "a handful of points")]
    let step = width / (values.len().saturating_sub(1).max(1) as f64);
    let mut path = String::new();
    let mut is_drawing = false;
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            is_drawing = false;
            continue;
        };
        #[expect(clippy::cast_precision_loss, reason = "a handful of points")]
        let x = step * at as f64;
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
    fn rows_are_sorted_by_number_or_word_and_empty_ones_come_last() {
        let by = |column, is_descending| sorted(&table(), Some(Sorting { column, is_descending }));
        assert_eq!(by(1, true), [0, 1, 3, 2]);
        assert_eq!(by(1, false), [3, 1, 0, 2]);
        assert_eq!(by(0, false), [3, 1, 0, 2]);
        assert_eq!(sorted(&table(), None), [0, 1, 2, 3]);
    }

    #[test]
    fn presses_on_a_head_go_round() {
        let first = Sorting::press(None, 1, true);
        assert_eq!(first, Some(Sorting { column: 1, is_descending: true }));
        let second = Sorting::press(first, 1, true);
        assert_eq!(second, Some(Sorting { column: 1, is_descending: false }));
        assert_eq!(Sorting::press(second, 1, true), None);
        assert_eq!(Sorting::press(first, 0, false), Some(Sorting { column: 0, is_descending: false }));
    }

    #[test]
    fn csv_quotes_what_must_be_quoted_and_runs_nothing() {
        let text = csv(&table());
        assert!(text.starts_with("\u{feff}Unit,Revenue\r\nbeta,10\r\n"), "{text}");
        assert!(text.ends_with("\"'=cmd|' /C'!A1, \"\"x\"\"\",-3\r\n"), "{text}");
    }

    #[test]
    fn files_are_named_after_titles() {
        assert_eq!(file_name("Company Health · Q4/2026", "csv"), "company-health-q4-2026.csv");
        assert_eq!(file_name("Años", "png"), "años.png");
        assert_eq!(file_name("///", "png"), "artifact.png");
    }

    #[test]
    fn a_sparkline_spans_its_box_and_leaves_holes() {
        assert_eq!(
            sparkline(&[Some(0.0), Some(10.0), None, Some(5.0), Some(5.0)], 40.0, 10.0).as_deref(),
            Some("M0.0 10.0L10.0 0.0M30.0 5.0L40.0 5.0")
        );
        assert_eq!(sparkline(&[Some(1.0), None], 40.0, 10.0), None);
        assert_eq!(sparkline(&[Some(1.0), Some(1.0)], 40.0, 10.0).as_deref(), Some("M0.0 5.0L40.0 5.0"));
    }
}
