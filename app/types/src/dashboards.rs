//! Dashboards and the key figures on them.

use crate::{DashboardId, KpiId, WidgetId, artifacts::ValueFormat, enums::words};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

words!(/// The stretch of time a figure is about, up to today.
Period {
    /// Month to date.
    Mtd = "MTD",
    /// Quarter to date.
    Qtd = "QTD",
    /// Year to date.
    Ytd = "YTD",
});

words!(/// What a figure is about.
Unit {
    /// The whole company.
    Company = "company",
    /// One business unit.
    Bu = "bu",
    /// One project.
    Project = "project",
});

words!(/// Which way is good.
Direction {
    /// More is better.
    Up = "up",
    /// Less is better.
    Down = "down",
});

words!(/// How a figure stands against its target.
Health {
    /// At or beyond the target.
    Good = "good",
    /// Within a tenth of it.
    Watch = "watch",
    /// Worse than that.
    Bad = "bad",
    /// There is no target, or no figure.
    Unknown = "unknown",
});

/// The filters of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DashboardFilters {
    /// The stretch of time.
    pub period: Period,
    /// What it is about.
    pub unit: Unit,
    /// Which business unit or project.
    pub id: Option<String>,
}

impl Default for DashboardFilters {
    fn default() -> Self {
        Self { period: Period::Mtd, unit: Unit::Company, id: None }
    }
}

/// A dashboard, seen with certain filters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DashboardLink {
    /// Its address.
    pub slug: String,
    /// What it is asked about.
    pub filters: DashboardFilters,
}

/// A choice a filter offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilterOption {
    /// The value.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// One key figure for one stretch of time and unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KpiValue {
    /// The definition.
    pub id: KpiId,
    /// Stable short name.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// How it is written.
    pub format: ValueFormat,
    /// Which way is good.
    pub direction: Direction,
    /// The figure; absent when there is no data.
    pub value: Option<f64>,
    /// The same stretch a year before.
    pub previous: Option<f64>,
    /// What it should be.
    pub target: Option<f64>,
    /// How it stands.
    pub health: Health,
    /// The figure for each of the last twelve months, oldest first.
    pub trend: Vec<TrendPoint>,
}

/// A figure of one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendPoint {
    /// The month's first day.
    pub month: NaiveDate,
    /// The figure.
    pub value: Option<f64>,
}

words!(/// How a widget is drawn.
WidgetKind {
    /// A figure with its target and trend.
    Kpi = "kpi",
    /// A chart.
    Chart = "chart",
    /// A table.
    Table = "table",
    /// Words.
    Text = "text",
});

/// A widget with its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WidgetView {
    /// Its id.
    pub id: WidgetId,
    /// How it is drawn.
    pub kind: WidgetKind,
    /// Its title.
    pub title: String,
    /// How many of twelve columns it takes.
    pub columns: u32,
    /// The figure, for a figure.
    pub kpi: Option<KpiValue>,
    /// A [`crate::artifacts::ChartContent`] or [`crate::artifacts::TableContent`], or a string of words.
    pub content: Option<serde_json::Value>,
    /// Why there is nothing to see, in the reader's language.
    pub error: Option<String>,
}

/// A dashboard with its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DashboardView {
    /// Its id.
    pub id: DashboardId,
    /// Its address.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// The stretch of time shown.
    pub period: Period,
    /// What it is about.
    pub unit: Unit,
    /// Which business unit or project.
    pub unit_id: Option<String>,
    /// First day of the stretch.
    pub from: NaiveDate,
    /// Last day of the stretch.
    pub to: NaiveDate,
    /// The business units one can pick.
    pub business_units: Vec<FilterOption>,
    /// The projects one can pick.
    pub projects: Vec<FilterOption>,
    /// ISO 4217 code of the amounts.
    pub currency: String,
    /// The widgets, in order.
    pub widgets: Vec<WidgetView>,
    /// When the data was read.
    pub as_of: DateTime<Utc>,
}

/// A dashboard as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DashboardSummary {
    /// Its id.
    pub id: DashboardId,
    /// Its address.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
}
