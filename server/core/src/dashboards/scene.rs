//! One reading of the figures: what they are about, for which days, asked of which datasources.

use super::{
    Error,
    rules::{Span, Spans},
};
use crate::{
    ctx::Ctx,
    datasources::{self, Datasources, Source, Which},
};
use bytes::Bytes;
use chrono::NaiveDate;
use penny_ports::analytics::{Column, ColumnKind, CsvTable, Rows};
use penny_types::{
    DatasourceId,
    dashboards::{DashboardFilters, FilterOption, Unit},
};
use serde_json::Value;
use std::{fmt::Write, sync::Arc};

/// Longest part of an unknown id that an error repeats.
const MAX_ECHO_CHARS: usize = 100;

/// What a reading is about. Made once for all figures of an answer.
#[derive(Debug)]
pub(super) struct Scene {
    pub filters: DashboardFilters,
    /// What people call what it is about; absent for the whole company.
    pub unit_name: Option<String>,
    pub spans: Spans,
    pub currency: String,
    pub business_units: Vec<FilterOption>,
    pub projects: Vec<FilterOption>,
    home: Source,
    table: CsvTable,
}

impl Scene {
    /// Checks what is asked about and opens the datasource that knows what exists.
    pub(super) async fn set(
        ctx: &Ctx,
        datasources: &Datasources,
        mut filters: DashboardFilters,
    ) -> Result<Self, Error> {
        let home = datasources.source(ctx, Which::WithUnits).await?.ok_or(Error::NoFigures)?;
        let units = home.units().cloned().ok_or(Error::NoFigures)?;
        let (business_units, projects) = futures::try_join!(
            options(datasources, &home, &units.bu),
            options(datasources, &home, &units.project)
        )?;
        let meant = match filters.unit {
            Unit::Company => None,
            Unit::Bu => Some(choose(Unit::Bu, filters.id.as_deref(), &business_units)?),
            Unit::Project => Some(choose(Unit::Project, filters.id.as_deref(), &projects)?),
        };
        filters.id = meant.as_ref().map(|option| option.id.clone());
        let spans = Spans::of(filters.period, home.today);
        let table = spans_table(&spans);
        let currency = home.currency.clone();
        let unit_name = meant.map(|option| option.name);
        Ok(Self { filters, unit_name, spans, currency, business_units, projects, home, table })
    }

    /// Asks a definition's query, which sees the table `spans` and the parameters of the reading.
    pub(super) async fn ask(
        &self,
        ctx: &Ctx,
        datasources: &Datasources,
        datasource: Option<DatasourceId>,
        sql: &str,
    ) -> Result<Arc<Rows>, Error> {
        let other = match datasource {
            Some(id) if id != self.home.id => {
                Some(datasources.source(ctx, Which::Id(id)).await?.ok_or(datasources::Error::NotFound)?)
            }
            _ => None,
        };
        let source = other.as_ref().unwrap_or(&self.home);
        Ok(datasources.ask(source, sql, self.params(), Some(self.table.clone())).await?)
    }

    fn params(&self) -> Vec<(String, Value)> {
        let day = |day: NaiveDate| Value::String(day.to_string());
        let text = |text: &str| Value::String(text.to_owned());
        let Spans { now, before, .. } = &self.spans;
        [
            ("unit", text(self.filters.unit.as_str())),
            ("id", text(self.filters.id.as_deref().unwrap_or_default())),
            ("from", day(now.from)),
            ("to", day(now.to)),
            ("before_from", day(before.from)),
            ("before_to", day(before.to)),
            ("window_from", day(self.spans.window_from())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// Names a stretch in the table `spans`: `now`, `before`, or the month's first day.
pub(super) fn span_name(month: Span) -> String {
    month.from.to_string()
}

fn spans_table(spans: &Spans) -> CsvTable {
    let mut csv = "span,first_day,last_day\n".to_owned();
    let mut add = |name: &str, span: Span| {
        // Writing to a text does not fail.
        let _ = writeln!(csv, "{name},{},{}", span.from, span.to);
    };
    add("now", spans.now);
    add("before", spans.before);
    for month in &spans.months {
        add(&span_name(*month), *month);
    }
    let column = |name: &str, kind| Column { name: name.to_owned(), kind };
    let columns = vec![
        column("span", ColumnKind::Text),
        column("first_day", ColumnKind::Date),
        column("last_day", ColumnKind::Date),
    ];
    let bytes = Bytes::from(csv);
    CsvTable { name: "spans".to_owned(), columns, digest: *blake3::hash(&bytes).as_bytes(), bytes }
}

async fn options(datasources: &Datasources, source: &Source, sql: &str) -> Result<Vec<FilterOption>, Error> {
    let rows = datasources.ask(source, sql, Vec::new(), None).await?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let option = |row: &Vec<Value>| match row.as_slice() {
        [id, name, ..] => Some(FilterOption { id: text(id)?, name: text(name)? }),
        _ => None,
    };
    Ok(rows.rows.iter().filter_map(option).collect())
}

/// Finds what is meant by its id, else by its name as people write it.
fn choose(unit: Unit, id: Option<&str>, options: &[FilterOption]) -> Result<FilterOption, Error> {
    let Some(id) = id.map(str::trim).filter(|id| !id.is_empty()) else {
        return Err(Error::IdMissing { unit, options: options.to_vec() });
    };
    let folded = id.to_lowercase();
    let found = options.iter().find(|option| option.id == id).or_else(|| {
        options
            .iter()
            .find(|option| option.id.to_lowercase() == folded || option.name.to_lowercase() == folded)
    });
    found.cloned().ok_or_else(|| Error::NoSuchUnit {
        unit,
        id: id.chars().take(MAX_ECHO_CHARS).collect(),
        options: options.to_vec(),
    })
}
