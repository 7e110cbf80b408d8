use super::{arguments, failed};
use crate::{
    dashboards::Dashboards,
    tools::{Caps, Tool, ToolArtifact, ToolContract, ToolError, ToolOutcome, ToolRun},
};
use async_trait::async_trait;
use penny_types::{
    artifacts::{ArtifactKind, DashboardContent},
    dashboards::{DashboardFilters, DashboardView, Period, Unit, WidgetView},
    tools::Effect,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Opens a dashboard and keeps how it looked.
#[derive(Debug)]
pub struct LoadDashboard {
    dashboards: Dashboards,
    contract: ToolContract,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    slug: String,
    #[serde(default)]
    filters: Filters,
}

/// What is not said stays as the dashboard has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filters {
    period: Option<Period>,
    unit: Option<Unit>,
    id: Option<String>,
}

impl From<Filters> for DashboardFilters {
    fn from(filters: Filters) -> Self {
        let usual = Self::default();
        Self {
            period: filters.period.unwrap_or(usual.period),
            unit: filters.unit.unwrap_or(usual.unit),
            id: filters.id,
        }
    }
}

impl LoadDashboard {
    /// Makes the tool.
    #[must_use]
    pub fn new(dashboards: Dashboards) -> Self {
        let input_schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "slug": {
                    "type": "string",
                    "description": "The dashboard's address, such as company-health."
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
            description: "Opens a dashboard by its slug, with filters, and shows it to the person. The dashboard \
                          of the company's key figures is company-health.",
            effect: Effect::Read,
            input_schema,
            caps: Caps::default(),
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
        let Arguments { slug, filters } = arguments(run.arguments)?;
        let dashboard = self.dashboards.open(run.ctx, &slug, filters.into()).await.map_err(failed)?;
        let result = short(&dashboard);
        let title = dashboard.title.clone();
        let content = json!(DashboardContent { slug: dashboard.slug.clone(), dashboard });
        let artifact = ToolArtifact { kind: ArtifactKind::Dashboard, title, content };
        Ok(ToolOutcome { result, artifacts: vec![artifact] })
    }
}

/// Widgets a model is told of at most.
const TOLD_MAX: usize = 60;
/// Characters of what a chart says.
const SUMMARY_MAX: usize = 400;

/// Says what a model needs of a dashboard: its figures, how they stand and changed, and what else is
/// on it by name. Bounded: a model pays for every word.
fn short(dashboard: &DashboardView) -> Value {
    let widgets: Vec<Value> = dashboard.widgets.iter().take(TOLD_MAX).map(told).collect();
    json!({
        "slug": dashboard.slug, "title": dashboard.title, "path": format!("/d/{}", dashboard.slug),
        "period": dashboard.period, "from": dashboard.from, "to": dashboard.to,
        "unit": dashboard.unit, "id": dashboard.unit_id, "currency": dashboard.currency,
        "widgets": widgets, "widgetsNotTold": dashboard.widgets.len().saturating_sub(TOLD_MAX),
    })
}

fn told(widget: &WidgetView) -> Value {
    let Some(kpi) = &widget.kpi else {
        let says = widget.content.as_ref().and_then(|content| content.get("summary")).and_then(Value::as_str);
        let says = says.map(|says| says.chars().take(SUMMARY_MAX).collect::<String>());
        return json!({ "kind": widget.kind, "title": widget.title, "summary": says, "error": widget.error });
    };
    let change = kpi.value.zip(kpi.previous).map(|(value, previous)| value - previous);
    json!({
        "kind": widget.kind, "title": widget.title, "format": kpi.format, "value": kpi.value,
        "previous": kpi.previous, "change": change, "target": kpi.target, "health": kpi.health,
    })
}
