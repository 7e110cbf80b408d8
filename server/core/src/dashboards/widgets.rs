//! Conversion of query results to the charts and tables of widgets.

use super::{
    DashboardError,
    charts::{Plot, PlotSeries, plot_option},
    definition::{ChartWidgetConfig, ColumnConfig, TableWidgetConfig},
    kpi_values::column_index,
};
use chrono::NaiveDate;
use penny_i18n::{
    formats::{self, ValueFormatter},
    keys, text,
};
use penny_ports::analytics::QueryRows;
use penny_types::artifacts::{ChartContent, TableColumn, TableContent};
use serde_json::{Value, json};

/// Builds the chart of a widget.
pub(super) fn build_chart(
    title: &str,
    config: &ChartWidgetConfig,
    rows: &QueryRows,
    formatter: ValueFormatter<'_>,
) -> Result<ChartContent, DashboardError> {
    let columns: Vec<&ColumnConfig> = std::iter::once(&config.label).chain(&config.series).collect();
    let selected = select_columns(title, &columns, rows)?;
    let mut labels = Vec::with_capacity(selected.len());
    for (at, row) in selected.iter().enumerate() {
        labels.push(row_label(&config.label, row.first().unwrap_or(&Value::Null), at, formatter));
    }
    let series = config.series.iter().enumerate().map(|(at, column)| PlotSeries {
        id: column.column.clone(),
        name: column.name.in_locale(formatter.locale).to_owned(),
        values: selected.iter().map(|row| row.get(at + 1).and_then(Value::as_f64)).collect(),
    });
    let plot =
        Plot { shape: config.shape, labels, series: series.collect(), format: config.format, formatter };
    let summary = chart_summary(title, config, &plot);
    let table = TableContent {
        columns: columns.iter().map(|column| table_column(column, formatter)).collect(),
        rows: selected
            .into_iter()
            .zip(&plot.labels)
            .map(|(row, label)| std::iter::once(json!(label)).chain(row.into_iter().skip(1)).collect())
            .collect(),
    };
    Ok(ChartContent { option: plot_option(&plot, &summary), table, summary, dashboard: None })
}

/// Builds the table of a widget.
pub(super) fn build_table(
    title: &str,
    config: &TableWidgetConfig,
    rows: &QueryRows,
    formatter: ValueFormatter<'_>,
) -> Result<TableContent, DashboardError> {
    let columns: Vec<&ColumnConfig> = config.columns.iter().collect();
    let cells = |row: Vec<Value>| {
        row.into_iter().zip(&columns).map(|(value, column)| with_label(column, value, formatter)).collect()
    };
    Ok(TableContent {
        columns: columns.iter().map(|column| table_column(column, formatter)).collect(),
        rows: select_columns(title, &columns, rows)?.into_iter().map(cells).collect(),
    })
}

fn table_column(column: &ColumnConfig, formatter: ValueFormatter<'_>) -> TableColumn {
    TableColumn { name: column.name.in_locale(formatter.locale).to_owned(), format: column.format }
}

/// Returns the requested columns of the rows, in the requested order.
fn select_columns(
    title: &str,
    columns: &[&ColumnConfig],
    rows: &QueryRows,
) -> Result<Vec<Vec<Value>>, DashboardError> {
    let at = columns
        .iter()
        .map(|column| column_index(rows, title, &column.column))
        .collect::<Result<Vec<_>, _>>()?;
    let row = |row: &Vec<Value>| at.iter().map(|at| row.get(*at).cloned().unwrap_or(Value::Null)).collect();
    Ok(rows.rows.iter().map(row).collect())
}

fn with_label(column: &ColumnConfig, value: Value, formatter: ValueFormatter<'_>) -> Value {
    let label = value.as_str().and_then(|code| column.labels.get(code));
    label.map_or(value, |label| json!(label.in_locale(formatter.locale)))
}

fn row_label(column: &ColumnConfig, value: &Value, at: usize, formatter: ValueFormatter<'_>) -> String {
    let month = value.as_str().filter(|_| column.is_month).and_then(|day| day.parse::<NaiveDate>().ok());
    match (month, with_label(column, value.clone(), formatter)) {
        (Some(month), _) => formats::short_month(formatter.locale, month, at == 0),
        (None, Value::String(text)) => text,
        (None, Value::Null) => String::new(),
        (None, other) => other.to_string(),
    }
}

/// Summarises the values of the latest month, or of the first label when labels are not months.
fn chart_summary(title: &str, config: &ChartWidgetConfig, plot: &Plot<'_>) -> String {
    let at = if config.label.is_month { plot.labels.len().checked_sub(1) } else { Some(0) };
    let Some((at, label)) = at.and_then(|at| Some((at, plot.labels.get(at)?))) else {
        return text(plot.formatter.locale, keys::METRICS_CHART_EMPTY, &[("title", title)]);
    };
    let named_value = |series: &PlotSeries| {
        let value = series.values.get(at).copied().flatten();
        format!("{} {}", series.name, plot.formatter.format(value, plot.format))
    };
    let values: Vec<String> = plot.series.iter().map(named_value).collect();
    text(
        plot.formatter.locale,
        keys::METRICS_CHART_SUMMARY,
        &[("title", title), ("label", label), ("values", &values.join(", "))],
    )
}
