//! Rows of a widget's query as a chart or a table.

use super::{
    Error,
    charts::{Plot, PlotSeries, plot},
    definition::{ChartConfig, ColumnConfig, TableConfig},
    figures::position,
};
use chrono::NaiveDate;
use penny_ports::analytics::Rows;
use penny_types::artifacts::{ChartContent, TableColumn, TableContent};
use penny_words::{
    figures::{self, Hand},
    keys, text,
};
use serde_json::{Value, json};

/// Makes a chart of a widget's rows.
pub(super) fn chart(
    title: &str,
    config: &ChartConfig,
    rows: &Rows,
    hand: Hand<'_>,
) -> Result<ChartContent, Error> {
    let columns: Vec<&ColumnConfig> = std::iter::once(&config.label).chain(&config.series).collect();
    let picked = pick(title, &columns, rows)?;
    let mut labels = Vec::with_capacity(picked.len());
    for (at, row) in picked.iter().enumerate() {
        labels.push(label(&config.label, row.first().unwrap_or(&Value::Null), at, hand));
    }
    let series = config.series.iter().enumerate().map(|(at, column)| PlotSeries {
        id: column.column.clone(),
        name: column.name.of(hand.locale).to_owned(),
        values: picked.iter().map(|row| row.get(at + 1).and_then(Value::as_f64)).collect(),
    });
    let drawn = Plot { shape: config.shape, labels, series: series.collect(), format: config.format, hand };
    let summary = summary(title, config, &drawn);
    let table = TableContent {
        columns: columns.iter().map(|column| heading(column, hand)).collect(),
        rows: picked
            .into_iter()
            .zip(&drawn.labels)
            .map(|(row, label)| std::iter::once(json!(label)).chain(row.into_iter().skip(1)).collect())
            .collect(),
    };
    Ok(ChartContent { option: plot(&drawn, &summary), table, summary, dashboard: None })
}

/// Makes a table of a widget's rows.
pub(super) fn table(
    title: &str,
    config: &TableConfig,
    rows: &Rows,
    hand: Hand<'_>,
) -> Result<TableContent, Error> {
    let columns: Vec<&ColumnConfig> = config.columns.iter().collect();
    let write = |row: Vec<Value>| {
        row.into_iter().zip(&columns).map(|(value, column)| worded(column, value, hand)).collect()
    };
    Ok(TableContent {
        columns: columns.iter().map(|column| heading(column, hand)).collect(),
        rows: pick(title, &columns, rows)?.into_iter().map(write).collect(),
    })
}

fn heading(column: &ColumnConfig, hand: Hand<'_>) -> TableColumn {
    TableColumn { name: column.name.of(hand.locale).to_owned(), format: column.format }
}

/// Returns the named columns of the rows, in the order asked for.
fn pick(title: &str, columns: &[&ColumnConfig], rows: &Rows) -> Result<Vec<Vec<Value>>, Error> {
    let at =
        columns.iter().map(|column| position(rows, title, &column.column)).collect::<Result<Vec<_>, _>>()?;
    let row = |row: &Vec<Value>| at.iter().map(|at| row.get(*at).cloned().unwrap_or(Value::Null)).collect();
    Ok(rows.rows.iter().map(row).collect())
}

fn worded(column: &ColumnConfig, value: Value, hand: Hand<'_>) -> Value {
    let words = value.as_str().and_then(|code| column.words.get(code));
    words.map_or(value, |words| json!(words.of(hand.locale)))
}

fn label(column: &ColumnConfig, value: &Value, at: usize, hand: Hand<'_>) -> String {
    let month = value.as_str().filter(|_| column.is_month).and_then(|day| day.parse::<NaiveDate>().ok());
    match (month, worded(column, value.clone(), hand)) {
        (Some(month), _) => figures::short_month(hand.locale, month, at == 0),
        (None, Value::String(text)) => text,
        (None, Value::Null) => String::new(),
        (None, other) => other.to_string(),
    }
}

/// Says the newest month's figures, or the first label's.
fn summary(title: &str, config: &ChartConfig, drawn: &Plot<'_>) -> String {
    let at = if config.label.is_month { drawn.labels.len().checked_sub(1) } else { Some(0) };
    let Some((at, label)) = at.and_then(|at| Some((at, drawn.labels.get(at)?))) else {
        return text(drawn.hand.locale, keys::FIGURES_CHART_EMPTY, &[("title", title)]);
    };
    let figure = |series: &PlotSeries| {
        let value = series.values.get(at).copied().flatten();
        format!("{} {}", series.name, drawn.hand.write(value, drawn.format))
    };
    let figures: Vec<String> = drawn.series.iter().map(figure).collect();
    text(
        drawn.hand.locale,
        keys::FIGURES_CHART_SUMMARY,
        &[("title", title), ("label", label), ("figures", &figures.join(", "))],
    )
}
