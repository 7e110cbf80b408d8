//! The context shared by all queries of one report: unit, date ranges and datasource.

use super::{
    DashboardError,
    rules::{DateRange, ReportRanges},
};
use crate::datasources::{self, DatasourceSelector, Datasources, OpenDatasource};
use bytes::Bytes;
use chrono::NaiveDate;
use penny_kernel::ctx::Ctx;
use penny_ports::analytics::{ColumnDef, ColumnKind, CsvTable, QueryRows};
use penny_types::{
    DatasourceId,
    dashboards::{DashboardFilters, FilterOption, Unit},
};
use serde_json::Value;
use std::{fmt::Write, sync::Arc};

/// Maximum length of an unknown id repeated in an error.
const MAX_ECHO_CHARS: usize = 100;

/// The context of one report, shared by all its queries.
#[derive(Debug)]
pub(super) struct ReportContext {
    pub filters: DashboardFilters,
    /// Display name of the unit; `None` for the whole company.
    pub unit_name: Option<String>,
    pub ranges: ReportRanges,
    pub currency: String,
    pub business_units: Vec<FilterOption>,
    pub projects: Vec<FilterOption>,
    default_source: OpenDatasource,
    table: CsvTable,
}

impl ReportContext {
    /// Opens the datasource that lists the units, and resolves the filters.
    pub(super) async fn load(
        ctx: &Ctx,
        datasources: &Datasources,
        mut filters: DashboardFilters,
    ) -> Result<Self, DashboardError> {
        let default_source =
            datasources.open(ctx, DatasourceSelector::WithUnits).await?.ok_or(DashboardError::NoKpis)?;
        let units = default_source.units().cloned().ok_or(DashboardError::NoKpis)?;
        let (business_units, projects) = futures::try_join!(
            list_units(datasources, &default_source, &units.bu),
            list_units(datasources, &default_source, &units.project)
        )?;
        let selected = match filters.unit {
            Unit::Company => None,
            Unit::Bu => Some(find_unit(Unit::Bu, filters.id.as_deref(), &business_units)?),
            Unit::Project => Some(find_unit(Unit::Project, filters.id.as_deref(), &projects)?),
        };
        filters.id = selected.as_ref().map(|option| option.id.clone());
        let ranges = ReportRanges::of(filters.period, default_source.today);
        let table = spans_table(&ranges);
        let currency = default_source.currency.clone();
        let unit_name = selected.map(|option| option.name);
        Ok(Self { filters, unit_name, ranges, currency, business_units, projects, default_source, table })
    }

    /// Runs the query of a KPI or widget, which can use the table `spans` and the report's parameters.
    pub(super) async fn query(
        &self,
        ctx: &Ctx,
        datasources: &Datasources,
        datasource: Option<DatasourceId>,
        sql: &str,
    ) -> Result<Arc<QueryRows>, DashboardError> {
        let other = match datasource {
            Some(id) if id != self.default_source.id => Some(
                datasources
                    .open(ctx, DatasourceSelector::Id(id))
                    .await?
                    .ok_or(datasources::DatasourceError::NotFound)?,
            ),
            _ => None,
        };
        let source = other.as_ref().unwrap_or(&self.default_source);
        Ok(datasources.query_open(source, sql, self.params(), Some(self.table.clone())).await?)
    }

    fn params(&self) -> Vec<(String, Value)> {
        let day = |day: NaiveDate| Value::String(day.to_string());
        let text = |text: &str| Value::String(text.to_owned());
        let ReportRanges { current, previous, .. } = &self.ranges;
        [
            ("unit", text(self.filters.unit.as_str())),
            ("id", text(self.filters.id.as_deref().unwrap_or_default())),
            ("from", day(current.from)),
            ("to", day(current.to)),
            ("before_from", day(previous.from)),
            ("before_to", day(previous.to)),
            ("window_from", day(self.ranges.trend_start())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// Returns the name of a month in the table `spans`: its first day. The other ranges are `now` and `before`.
pub(super) fn month_name(month: DateRange) -> String {
    month.from.to_string()
}

fn spans_table(ranges: &ReportRanges) -> CsvTable {
    let mut csv = "span,first_day,last_day\n".to_owned();
    let mut add = |name: &str, range: DateRange| {
        // Writing to a String cannot fail.
        let _ = writeln!(csv, "{name},{},{}", range.from, range.to);
    };
    add("now", ranges.current);
    add("before", ranges.previous);
    for month in &ranges.months {
        add(&month_name(*month), *month);
    }
    let column = |name: &str, kind| ColumnDef { name: name.to_owned(), kind };
    let columns = vec![
        column("span", ColumnKind::Text),
        column("first_day", ColumnKind::Date),
        column("last_day", ColumnKind::Date),
    ];
    let bytes = Bytes::from(csv);
    CsvTable { name: "spans".to_owned(), columns, digest: *blake3::hash(&bytes).as_bytes(), bytes }
}

async fn list_units(
    datasources: &Datasources,
    source: &OpenDatasource,
    sql: &str,
) -> Result<Vec<FilterOption>, DashboardError> {
    let rows = datasources.query_open(source, sql, Vec::new(), None).await?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let option = |row: &Vec<Value>| match row.as_slice() {
        [id, name, ..] => Some(FilterOption { id: text(id)?, name: text(name)? }),
        _ => None,
    };
    Ok(rows.rows.iter().filter_map(option).collect())
}

/// Finds a unit by its id, else by its id or name without regard to case.
fn find_unit(unit: Unit, id: Option<&str>, options: &[FilterOption]) -> Result<FilterOption, DashboardError> {
    let Some(id) = id.map(str::trim).filter(|id| !id.is_empty()) else {
        return Err(DashboardError::MissingUnitId { unit, options: options.to_vec() });
    };
    let folded = id.to_lowercase();
    let found = options.iter().find(|option| option.id == id).or_else(|| {
        options
            .iter()
            .find(|option| option.id.to_lowercase() == folded || option.name.to_lowercase() == folded)
    });
    found.cloned().ok_or_else(|| DashboardError::UnknownUnit {
        unit,
        id: id.chars().take(MAX_ECHO_CHARS).collect(),
        options: options.to_vec(),
    })
}
