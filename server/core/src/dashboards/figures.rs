//! Rows of a definition's query as key figures.

use super::{
    Error,
    rules::{Spans, health},
    scene::{Scene, span_name},
    store::Kpi,
};
use penny_ports::analytics::Rows;
use penny_types::dashboards::{Health, KpiValue, TrendPoint};
use serde_json::Value;
use std::collections::HashMap;

/// Makes the key figure of what its query returned: a row a span.
pub(super) fn figure(kpi: &Kpi, scene: &Scene, rows: &Rows) -> Result<KpiValue, Error> {
    let at = |column: &str| position(rows, &kpi.slug, column);
    let (span, value) = (at("span")?, at("value")?);
    let target = at("target").ok();
    let mut values: HashMap<&str, (Option<f64>, Option<f64>)> = HashMap::new();
    for row in &rows.rows {
        if let Some(name) = row.get(span).and_then(Value::as_str) {
            let number = |at: usize| row.get(at).and_then(Value::as_f64);
            values.insert(name, (number(value), target.and_then(number)));
        }
    }
    let of = |name: &str| values.get(name).copied().unwrap_or_default();
    let Spans { now, months, .. } = &scene.spans;
    let (value, asked) = of("now");
    let target = asked.or_else(|| kpi.target.map(|target| target.of(*now)));
    let trend = months
        .iter()
        .map(|month| TrendPoint { month: month.from, value: of(&span_name(*month)).0 })
        .collect();
    Ok(KpiValue {
        value,
        previous: of("before").0,
        target,
        health: health(value, target, kpi.direction),
        trend,
        ..nothing(kpi)
    })
}

/// Makes the key figure of which nothing is known.
pub(super) fn nothing(kpi: &Kpi) -> KpiValue {
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

/// Returns where a column stands in the rows.
pub(super) fn position(rows: &Rows, slug: &str, column: &str) -> Result<usize, Error> {
    rows.columns
        .iter()
        .position(|known| known.name == column)
        .ok_or_else(|| Error::BadDefinition { slug: slug.to_owned(), column: column.to_owned() })
}
