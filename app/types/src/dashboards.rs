//! Dashboards and their KPIs.

use crate::{DashboardId, KpiId, WidgetId, artifacts::ValueFormat, enums::string_enum};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

string_enum!(/// The period a KPI covers, up to today.
Period {
    /// Month to date.
    Mtd = "MTD",
    /// Quarter to date.
    Qtd = "QTD",
    /// Year to date.
    Ytd = "YTD",
});

string_enum!(/// The scope of a KPI.
Unit {
    /// The whole company.
    Company = "company",
    /// One business unit.
    Bu = "bu",
    /// One project.
    Project = "project",
});

string_enum!(/// Which direction of change is an improvement.
Direction {
    /// Higher is better.
    Up = "up",
    /// Lower is better.
    Down = "down",
});

string_enum!(/// A KPI value compared with its target.
Health {
    /// The target is met.
    Good = "good",
    /// The target is missed by at most a tenth.
    Watch = "watch",
    /// The target is missed by more than a tenth.
    Bad = "bad",
    /// There is no target, or no value.
    Unknown = "unknown",
});

/// The filters of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DashboardFilters {
    pub period: Period,
    pub unit: Unit,
    /// The business unit or project; absent for the whole company.
    pub id: Option<String>,
}

impl Default for DashboardFilters {
    fn default() -> Self {
        Self { period: Period::Mtd, unit: Unit::Company, id: None }
    }
}

/// A dashboard with preset filters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DashboardLink {
    pub slug: String,
    pub filters: DashboardFilters,
}

/// An option of a dashboard filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilterOption {
    pub id: String,
    pub name: String,
}

/// The value of a KPI for one period and scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KpiValue {
    pub id: KpiId,
    /// Stable short name.
    pub slug: String,
    /// Display name.
    pub name: String,
    pub format: ValueFormat,
    pub direction: Direction,
    /// Absent when there is no data.
    pub value: Option<f64>,
    /// The value of the same period a year before.
    pub previous: Option<f64>,
    pub target: Option<f64>,
    pub health: Health,
    /// The values of the last twelve months, oldest first.
    pub trend: Vec<TrendPoint>,
}

/// The value of one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendPoint {
    /// First day of the month.
    pub month: NaiveDate,
    /// Absent when there is no data.
    pub value: Option<f64>,
}

string_enum!(/// How a widget is rendered.
WidgetKind {
    /// A KPI with its target and trend.
    Kpi = "kpi",
    Chart = "chart",
    Table = "table",
    /// Markdown text.
    Text = "text",
});

/// A widget with its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetView {
    pub id: WidgetId,
    pub kind: WidgetKind,
    pub title: String,
    /// Width in columns of a grid of twelve.
    pub columns: u32,
    /// The value of a KPI widget.
    pub kpi: Option<KpiValue>,
    /// A [`crate::artifacts::ChartContent`] or [`crate::artifacts::TableContent`], or a string of Markdown.
    pub content: Option<serde_json::Value>,
    /// Why the widget has no data, in the viewer's language.
    pub error: Option<String>,
}

/// A dashboard with its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DashboardView {
    pub id: DashboardId,
    pub slug: String,
    pub title: String,
    pub description: String,
    pub period: Period,
    pub unit: Unit,
    /// The business unit or project; absent for the whole company.
    pub unit_id: Option<String>,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// The business units to filter by.
    pub business_units: Vec<FilterOption>,
    /// The projects to filter by.
    pub projects: Vec<FilterOption>,
    /// ISO 4217 code of all amounts.
    pub currency: String,
    /// In display order.
    pub widgets: Vec<WidgetView>,
    /// When the data was read.
    pub as_of: DateTime<Utc>,
}

/// A dashboard as an item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DashboardSummary {
    pub id: DashboardId,
    pub slug: String,
    pub title: String,
    pub description: String,
}
