//! Definitions of dashboards and KPIs, as stored and as submitted.

use super::rules::Target;
use penny_types::{
    DatasourceId, Locale,
    artifacts::ValueFormat,
    dashboards::{Direction, Unit, WidgetKind},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text in every supported language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LocalizedText {
    pub en: String,
    pub es: String,
}

impl LocalizedText {
    pub(crate) fn in_locale(&self, locale: Locale) -> &str {
        match locale {
            Locale::En => &self.en,
            Locale::Es => &self.es,
        }
    }
}

/// A KPI to create or update.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKpi {
    pub slug: String,
    pub name_en: String,
    pub name_es: String,
    pub format: ValueFormat,
    pub direction: Direction,
    pub units: Vec<Unit>,
    pub sql: String,
    pub target: Option<Target>,
}

/// A dashboard to create or update.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDashboard {
    pub slug: String,
    pub title: LocalizedText,
    pub description: LocalizedText,
    #[serde(rename = "widget")]
    pub widgets: Vec<NewWidget>,
}

/// A widget to create.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct NewWidget {
    pub kind: WidgetKind,
    pub title: LocalizedText,
    pub columns: i32,
    #[serde(flatten)]
    pub config: WidgetConfig,
}

/// The content of a widget. The datasource is filled in when the widget is created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WidgetConfig {
    /// Slug of a KPI.
    Kpi(String),
    Chart(ChartWidgetConfig),
    Table(TableWidgetConfig),
    Text(LocalizedText),
}

impl WidgetConfig {
    /// Returns the slug of the KPI, for a KPI widget.
    pub(crate) fn kpi(&self) -> Option<&str> {
        match self {
            Self::Kpi(slug) => Some(slug),
            _ => None,
        }
    }
}

/// A chart of a query's rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChartWidgetConfig {
    #[serde(default)]
    pub datasource: Option<DatasourceId>,
    pub shape: ChartShape,
    pub sql: String,
    pub format: ValueFormat,
    /// The column with the labels of the rows.
    pub label: ColumnConfig,
    pub series: Vec<ColumnConfig>,
}

/// The type of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChartShape {
    /// Grouped bars; all series after the first are lines.
    BarsAndLine,
    /// Grouped bars.
    Bars,
    /// Stacked bars.
    Stacked,
    Funnel,
}

/// A table of a query's rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableWidgetConfig {
    #[serde(default)]
    pub datasource: Option<DatasourceId>,
    pub sql: String,
    pub columns: Vec<ColumnConfig>,
}

/// How a column of a query is displayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ColumnConfig {
    /// Column name in the query.
    pub column: String,
    #[serde(flatten)]
    pub name: LocalizedText,
    #[serde(default = "text")]
    pub format: ValueFormat,
    /// Display labels of values that are codes.
    #[serde(rename = "words", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, LocalizedText>,
    /// Whether the values are first days of months and are displayed as months.
    #[serde(default)]
    pub is_month: bool,
}

const fn text() -> ValueFormat {
    ValueFormat::Text
}
