//! What dashboards and key figures are made of, as their rows keep it.

use super::rules::Target;
use penny_types::{
    DatasourceId, Locale,
    artifacts::ValueFormat,
    dashboards::{Direction, Unit, WidgetKind},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Words {
    pub en: String,
    pub es: String,
}

impl Words {
    pub(crate) fn of(&self, locale: Locale) -> &str {
        match locale {
            Locale::En => &self.en,
            Locale::Es => &self.es,
        }
    }
}

/// What makes a key figure.
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

/// What makes a dashboard.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDashboard {
    pub slug: String,
    pub title: Words,
    pub description: Words,
    #[serde(rename = "widget")]
    pub widgets: Vec<NewWidget>,
}

/// What makes a widget.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct NewWidget {
    pub kind: WidgetKind,
    pub title: Words,
    pub columns: i32,
    #[serde(flatten)]
    pub config: WidgetConfig,
}

/// What a widget shows. The datasource is filled in when the widget is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WidgetConfig {
    /// A key figure, by its slug.
    Kpi(String),
    /// A chart over a query.
    Chart(ChartConfig),
    /// A table over a query.
    Table(TableConfig),
    /// Words.
    Text(Words),
}

impl WidgetConfig {
    /// Returns the slug of the key figure it shows.
    pub(crate) fn kpi(&self) -> Option<&str> {
        match self {
            Self::Kpi(slug) => Some(slug),
            _ => None,
        }
    }
}

/// How the rows of a query become a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChartConfig {
    #[serde(default)]
    pub datasource: Option<DatasourceId>,
    pub shape: Shape,
    pub sql: String,
    pub format: ValueFormat,
    /// The first column, which names the rows.
    pub label: ColumnConfig,
    pub series: Vec<ColumnConfig>,
}

/// The form of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    /// Bars side by side; the second series is a line over them.
    BarsAndLine,
    /// Bars side by side.
    Bars,
    /// Bars on top of each other.
    Stacked,
    /// One series as a funnel.
    Funnel,
}

/// How the rows of a query become a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableConfig {
    #[serde(default)]
    pub datasource: Option<DatasourceId>,
    pub sql: String,
    pub columns: Vec<ColumnConfig>,
}

/// A column of a query, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ColumnConfig {
    /// Its name in the query.
    pub column: String,
    #[serde(flatten)]
    pub name: Words,
    #[serde(default = "text")]
    pub format: ValueFormat,
    /// Words for values that are codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, Words>,
    /// Whether its days stand for their months.
    #[serde(default)]
    pub is_month: bool,
}

const fn text() -> ValueFormat {
    ValueFormat::Text
}
