//! Prepared text about the result of `load_dashboard`.

use super::{
    kpi_summary::{CompanyKpi, health_counts, health_sections},
    topics::PROJECTS_TOPIC,
};
use penny_i18n::{formats::ValueFormatter, keys, text};
use penny_types::{
    Locale,
    artifacts::ValueFormat,
    dashboards::{Direction, Health},
};
use serde::Deserialize;

/// The quoted part of the result of `load_dashboard`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct LoadedDashboard {
    title: String,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    widgets: Vec<LoadedWidget>,
}

#[derive(Debug, Clone, Deserialize)]
struct LoadedWidget {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    format: Option<ValueFormat>,
    #[serde(default)]
    value: Option<f64>,
    #[serde(default)]
    previous: Option<f64>,
    #[serde(default)]
    target: Option<f64>,
    #[serde(default)]
    health: Option<Health>,
}

impl LoadedDashboard {
    /// Parses a tool result; `None` if it is something else.
    pub(super) fn parse(result: &str) -> Option<Self> {
        serde_json::from_str(result).ok()
    }

    /// States that the dashboard is open and lists the KPIs that are off target.
    pub(super) fn describe(&self, locale: Locale, topics: &[&str]) -> String {
        let mut description = text(locale, keys::DEMO_DASHBOARD_OPEN, &[("title", &self.title)]);
        let kpis: Vec<CompanyKpi> = self.widgets.iter().filter_map(LoadedWidget::to_kpi).collect();
        let (good, known) = health_counts(kpis.iter().map(|kpi| kpi.health));
        if known > 0 {
            let args = [("good_count", &*good.to_string()), ("known_count", &*known.to_string())];
            description.push_str(&format!("\n\n{}", text(locale, keys::DEMO_DASHBOARD_SCORE, &args)));
        }
        let mut tables = self.widgets.iter().filter(|widget| widget.kind == "table");
        if topics.contains(&PROJECTS_TOPIC)
            && let Some(table) = tables.next_back()
        {
            let args = [("title", table.title.as_str())];
            description.push_str(&format!(" {}", text(locale, keys::DEMO_DASHBOARD_TABLE, &args)));
        }
        let formatter = ValueFormatter { locale, currency: &self.currency };
        let kpis: Vec<&CompanyKpi> = kpis.iter().collect();
        description.push_str(&health_sections(&kpis, formatter, &[Health::Bad, Health::Watch]));
        description
    }
}

impl LoadedWidget {
    /// Returns the KPI of a KPI widget; `None` for other widgets.
    fn to_kpi(&self) -> Option<CompanyKpi> {
        Some(CompanyKpi {
            slug: String::new(),
            name: self.title.clone(),
            format: self.format?,
            direction: Direction::Up,
            value: self.value,
            previous: self.previous,
            target: self.target,
            health: self.health?,
        })
    }
}
