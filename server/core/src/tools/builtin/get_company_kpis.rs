use super::{parse_arguments, tool_error};
use crate::{
    dashboards::Dashboards,
    tools::{Tool, ToolArtifact, ToolContract, ToolError, ToolLimits, ToolOutcome, ToolRun},
};
use async_trait::async_trait;
use penny_types::{
    artifacts::ArtifactKind,
    dashboards::{DashboardFilters, Period, Unit},
    tools::Effect,
};
use serde::Deserialize;
use serde_json::json;

/// Returns KPI values and a chart of them.
#[derive(Debug)]
pub struct GetCompanyKpis {
    dashboards: Dashboards,
    contract: ToolContract,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GetCompanyKpisArgs {
    period: Period,
    unit: Unit,
    id: Option<String>,
}

impl GetCompanyKpis {
    #[must_use]
    pub fn new(dashboards: Dashboards) -> Self {
        let input_schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "period": {
                    "type": "string",
                    "enum": ["MTD", "QTD", "YTD"],
                    "description": "Month, quarter or year to date."
                },
                "unit": {
                    "type": "string",
                    "enum": ["company", "bu", "project"],
                    "description": "Whether the KPIs are those of the whole company, a business unit or a project."
                },
                "id": {
                    "type": "string",
                    "description": "Which business unit or project, by id or name. Needed unless the unit is company."
                }
            },
            "required": ["period", "unit"],
            "additionalProperties": false
        });
        let contract = ToolContract {
            name: "get_company_kpis",
            version: 1,
            description: "Returns the KPIs of the company, a business unit or a project for a period, each \
                          with its target, the same period a year before and twelve months of trend, and shows \
                          them to the user as a chart. Use it for questions about company health, results, \
                          revenue, margins, sales, incidents, hiring or projects.",
            effect: Effect::Read,
            input_schema,
            limits: ToolLimits::default(),
        };
        Self { dashboards, contract }
    }
}

#[async_trait]
impl Tool for GetCompanyKpis {
    fn contract(&self) -> &ToolContract {
        &self.contract
    }

    async fn execute(&self, run: ToolRun<'_>) -> Result<ToolOutcome, ToolError> {
        let GetCompanyKpisArgs { period, unit, id } = parse_arguments(run.arguments)?;
        let report = self
            .dashboards
            .report(run.ctx, DashboardFilters { period, unit, id })
            .await
            .map_err(tool_error)?;
        let chart = json!(report.chart);
        let result = json!({
            "period": report.filters.period,
            "from": report.from,
            "to": report.to,
            "unit": report.filters.unit,
            "id": report.filters.id,
            "unitName": report.unit_name,
            "currency": report.currency,
            "summary": report.chart.summary,
            "kpis": report.kpis,
        });
        let artifact = ToolArtifact { kind: ArtifactKind::Chart, title: report.title, content: chart };
        Ok(ToolOutcome { result, artifacts: vec![artifact] })
    }
}
