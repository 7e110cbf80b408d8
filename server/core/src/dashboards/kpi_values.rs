//! Conversion of query results to KPI values.

use super::{
    DashboardError,
    report_context::{ReportContext, month_name},
    rules::{ReportRanges, health},
    store::KpiDefinition,
};
use penny_ports::analytics::QueryRows;
use penny_types::dashboards::{Health, KpiValue, TrendPoint};
use serde_json::Value;
use std::collections::HashMap;

/// Builds a KPI value from the rows of its query, one row per date range.
pub(super) fn kpi_value(
    kpi: &KpiDefinition,
    context: &ReportContext,
    rows: &QueryRows,
) -> Result<KpiValue, DashboardError> {
    let index_of = |column: &str| column_index(rows, &kpi.slug, column);
    let (span, value) = (index_of("span")?, index_of("value")?);
    let target = index_of("target").ok();
    let mut values: HashMap<&str, (Option<f64>, Option<f64>)> = HashMap::new();
    for row in &rows.rows {
        if let Some(name) = row.get(span).and_then(Value::as_str) {
            let number = |index: usize| row.get(index).and_then(Value::as_f64);
            values.insert(name, (number(value), target.and_then(number)));
        }
    }
    let value_of = |name: &str| values.get(name).copied().unwrap_or_default();
    let ReportRanges { current, months, .. } = &context.ranges;
    let (value, query_target) = value_of("now");
    let target = query_target.or_else(|| kpi.target.map(|target| target.for_range(*current)));
    let trend = months
        .iter()
        .map(|month| TrendPoint { month: month.from, value: value_of(&month_name(*month)).0 })
        .collect();
    Ok(KpiValue {
        value,
        previous: value_of("before").0,
        target,
        health: health(value, target, kpi.direction),
        trend,
        ..unknown_kpi_value(kpi)
    })
}

/// Builds a KPI value without data.
pub(super) fn unknown_kpi_value(kpi: &KpiDefinition) -> KpiValue {
    KpiValue {
        id: kpi.id,
        slug: kpi.slug.clone(),
        name: kpi.name.clone(),
        format: kpi.format,
        direction: kpi.direction,
        value: None,
        previous: None,
        target: None,
        health: Health::Unknown,
        trend: Vec::new(),
    }
}

/// Returns the index of a column.
pub(super) fn column_index(rows: &QueryRows, slug: &str, column: &str) -> Result<usize, DashboardError> {
    rows.columns
        .iter()
        .position(|known| known.name == column)
        .ok_or_else(|| DashboardError::MissingColumn { slug: slug.to_owned(), column: column.to_owned() })
}
