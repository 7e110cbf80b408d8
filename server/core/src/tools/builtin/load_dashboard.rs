use super::{parse_arguments, tool_error};
use crate::{
    dashboards::Dashboards,
    tools::{Tool, ToolArtifact, ToolContract, ToolError, ToolLimits, ToolOutcome, ToolRun},
};
use async_trait::async_trait;
use penny_types::{
    artifacts::{ArtifactKind, DashboardContent},
    dashboards::{DashboardFilters, DashboardView, Period, Unit, WidgetView},
    tools::Effect,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Opens a dashboard and stores a snapshot of it as an artifact.
#[derive(Debug)]
pub struct LoadDashboard {
    dashboards: Dashboards,
    contract: ToolContract,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LoadDashboardArgs {
    slug: String,
    #[serde(default)]
    filters: FilterArgs,
}

/// Filters of the call; absent values default to [`DashboardFilters::default`].
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterArgs {
    period: Option<Period>,
    unit: Option<Unit>,
    id: Option<String>,
}

impl From<FilterArgs> for DashboardFilters {
    fn from(filters: FilterArgs) -> Self {
        let defaults = Self::default();
        Self {
            period: filters.period.unwrap_or(defaults.period),
            unit: filters.unit.unwrap_or(defaults.unit),
            id: filters.id,
        }
    }
}

impl LoadDashboard {
    #[must_use]
    pub fn new(dashboards: Dashboards) -> Self {
        let input_schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "slug": {
                    "type": "string",
                    "description": "The dashboard's slug, such as company-health."
                },
                "filters": {
                    "type": "object",
                    "description": "period (MTD, QTD or YTD), unit (company, bu or project) and id (which one)."
                }
            },
            "required": ["slug"],
            "additionalProperties": false
        });
        let contract = ToolContract {
            name: "load_dashboard",
            version: 1,
            description: "Opens a dashboard by its slug, with filters, and shows it to the user. The dashboard \
                          of the company's KPIs is company-health.",
            effect: Effect::Read,
            input_schema,
            limits: ToolLimits::default(),
        };
        Self { dashboards, contract }
    }
}

#[async_trait]
impl Tool for LoadDashboard {
    fn contract(&self) -> &ToolContract {
        &self.contract
    }

    async fn execute(&self, run: ToolRun<'_>) -> Result<ToolOutcome, ToolError> {
        let LoadDashboardArgs { slug, filters } = parse_arguments(run.arguments)?;
        let dashboard = self.dashboards.open(run.ctx, &slug, filters.into()).await.map_err(tool_error)?;
        let result = summarize_dashboard(&dashboard);
        let title = dashboard.title.clone();
        let content = json!(DashboardContent { slug: dashboard.slug.clone(), dashboard });
        let artifact = ToolArtifact { kind: ArtifactKind::Dashboard, title, content };
        Ok(ToolOutcome { result, artifacts: vec![artifact] })
    }
}

/// Maximum number of widgets in the result for the model.
const MAX_WIDGETS: usize = 60;
/// Maximum length of a chart's summary in the result for the model.
const MAX_SUMMARY_CHARS: usize = 400;

/// Summarises a dashboard for a model: KPI values with health and change, and the titles of other widgets.
/// Bounded, because every token costs.
fn summarize_dashboard(dashboard: &DashboardView) -> Value {
    let widgets: Vec<Value> = dashboard.widgets.iter().take(MAX_WIDGETS).map(summarize_widget).collect();
    json!({
        "slug": dashboard.slug, "title": dashboard.title, "path": format!("/d/{}", dashboard.slug),
        "period": dashboard.period, "from": dashboard.from, "to": dashboard.to,
        "unit": dashboard.unit, "id": dashboard.unit_id, "currency": dashboard.currency,
        "widgets": widgets, "widgetsNotTold": dashboard.widgets.len().saturating_sub(MAX_WIDGETS),
    })
}

fn summarize_widget(widget: &WidgetView) -> Value {
    let Some(kpi) = &widget.kpi else {
        let summary =
            widget.content.as_ref().and_then(|content| content.get("summary")).and_then(Value::as_str);
        let summary = summary.map(|summary| summary.chars().take(MAX_SUMMARY_CHARS).collect::<String>());
        return json!({ "kind": widget.kind, "title": widget.title, "summary": summary, "error": widget.error });
    };
    let change = kpi.value.zip(kpi.previous).map(|(value, previous)| value - previous);
    json!({
        "kind": widget.kind, "title": widget.title, "format": kpi.format, "value": kpi.value,
        "previous": kpi.previous, "change": change, "target": kpi.target, "health": kpi.health,
    })
}
