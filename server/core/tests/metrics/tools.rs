//! The two built-in tools.

use crate::demo_company::DemoCompany;
use penny_core::tools::{Tool, ToolError, ToolOutcome, ToolRun, builtin};
use penny_types::{
    FaultCode, ToolCallId,
    artifacts::{ArtifactKind, ChartContent, DashboardContent},
    tools::Effect,
};
use serde_json::{Value, json};
use std::sync::Arc;

fn tool(company: &DemoCompany, name: &str) -> Arc<dyn Tool> {
    builtin::tools(&company.services.dashboards)
        .into_iter()
        .find(|tool| tool.contract().name == name)
        .unwrap()
}

async fn call(company: &DemoCompany, name: &str, arguments: Value) -> Result<ToolOutcome, ToolError> {
    let tool = tool(company, name);
    let schema = jsonschema::validator_for(&tool.contract().input_schema).unwrap();
    assert!(schema.is_valid(&arguments), "{arguments} does not match the schema");
    let run =
        ToolRun { ctx: &company.alice, call_id: company.alice.new_id::<ToolCallId>(), arguments: &arguments };
    tool.execute(run).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contracts_have_the_specified_schemas() {
    let company = DemoCompany::on("2026-11-20").await;
    let kpis = tool(&company, "get_company_kpis");
    let schema = &kpis.contract().input_schema;
    assert_eq!(schema["properties"]["period"]["enum"], json!(["MTD", "QTD", "YTD"]));
    assert_eq!(schema["properties"]["unit"]["enum"], json!(["company", "bu", "project"]));
    assert_eq!(schema["properties"]["id"]["type"], "string");
    assert_eq!(schema["required"], json!(["period", "unit"]));
    let load = tool(&company, "load_dashboard");
    let schema = &load.contract().input_schema;
    assert_eq!(schema["properties"]["slug"]["type"], "string");
    assert_eq!(schema["properties"]["filters"]["type"], "object");
    assert_eq!(schema["required"], json!(["slug"]));
    assert_eq!((kpis.contract().effect, load.contract().effect), (Effect::Read, Effect::Read));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schemas_reject_invalid_arguments() {
    let company = DemoCompany::on("2026-11-20").await;
    for (name, arguments) in [
        ("get_company_kpis", json!({})),
        ("get_company_kpis", json!({ "period": "MTD" })),
        ("get_company_kpis", json!({ "period": "WTD", "unit": "company" })),
        ("get_company_kpis", json!({ "period": "MTD", "unit": "team" })),
        ("get_company_kpis", json!({ "period": "MTD", "unit": "bu", "id": 7 })),
        ("get_company_kpis", json!({ "period": "MTD", "unit": "company", "sql": "DROP" })),
        ("load_dashboard", json!({})),
        ("load_dashboard", json!({ "slug": 1 })),
        ("load_dashboard", json!({ "slug": "x", "filters": "all" })),
    ] {
        let schema = jsonschema::validator_for(&tool(&company, name).contract().input_schema).unwrap();
        assert!(!schema.is_valid(&arguments), "{name} {arguments}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kpis_are_returned_with_their_chart() {
    let company = DemoCompany::on("2026-11-20").await;
    let outcome =
        call(&company, "get_company_kpis", json!({ "period": "MTD", "unit": "company" })).await.unwrap();
    let result = &outcome.result;
    assert_eq!((&result["period"], &result["unit"]), (&json!("MTD"), &json!("company")));
    assert_eq!((&result["from"], &result["to"]), (&json!("2026-11-01"), &json!("2026-11-20")));
    assert_eq!((&result["currency"], &result["unitName"]), (&json!("EUR"), &Value::Null));
    assert_eq!(result["kpis"].as_array().unwrap().len(), 10);
    assert!(result.to_string().len() < 64_000, "the result is too large for a model");
    let [artifact] = outcome.artifacts.as_slice() else { panic!("one chart") };
    assert_eq!(
        (artifact.kind, artifact.title.as_str()),
        (ArtifactKind::Chart, "Company health, month to date")
    );
    let chart: ChartContent = serde_json::from_value(artifact.content.clone()).unwrap();
    assert_eq!(chart.table.rows.len(), 10);
    let bars = chart.option["series"].as_array().unwrap();
    assert!(bars.iter().all(|bar| bar["type"] == "bar" && bar["data"].as_array().unwrap().len() == 10));
    let unit = call(&company, "get_company_kpis", json!({ "period": "YTD", "unit": "bu", "id": "Studio" }))
        .await
        .unwrap();
    assert_eq!((&unit.result["id"], &unit.result["unitName"]), (&json!("studio"), &json!("Studio")));
    assert_eq!(unit.artifacts[0].title, "Studio, year to date");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_without_an_id_is_an_invalid_argument() {
    let company = DemoCompany::on("2026-11-20").await;
    let error =
        call(&company, "get_company_kpis", json!({ "period": "MTD", "unit": "project" })).await.unwrap_err();
    assert!(matches!(error, ToolError::Invalid(_)), "{error:?}");
    assert!(error.fault().args["options"].contains("aurora (Aurora lamps)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_is_stored_as_an_artifact() {
    let company = DemoCompany::on("2026-11-20").await;
    let arguments =
        json!({ "slug": "company-health", "filters": { "period": "YTD", "unit": "bu", "id": "furniture" } });
    let outcome = call(&company, "load_dashboard", arguments).await.unwrap();
    assert_eq!(outcome.result["path"], "/d/company-health");
    assert!(outcome.result.to_string().len() < 8_000, "the result is too large for a model");
    let widgets = outcome.result["widgets"].as_array().unwrap();
    let revenue = widgets.iter().find(|widget| widget["title"] == "Revenue").unwrap();
    assert_eq!((&revenue["kind"], &revenue["format"]), (&json!("kpi"), &json!("currency")));
    let number = |name: &str| revenue[name].as_f64().unwrap();
    assert!((number("value") - number("previous") - number("change")).abs() < 0.01, "{revenue}");
    assert!(number("target") > 0.0 && revenue["health"].is_string());
    assert!(
        widgets.iter().any(|widget| widget["kind"] == "chart" && widget["summary"].is_string()),
        "{widgets:?}"
    );
    let [artifact] = outcome.artifacts.as_slice() else { panic!("one dashboard") };
    assert_eq!((artifact.kind, artifact.title.as_str()), (ArtifactKind::Dashboard, "Company Health"));
    let content: DashboardContent = serde_json::from_value(artifact.content.clone()).unwrap();
    assert_eq!(content.dashboard.unit_id.as_deref(), Some("furniture"));
    assert_eq!(content.dashboard.widgets.len(), 15);
    let default = call(&company, "load_dashboard", json!({ "slug": "company-health" })).await.unwrap();
    assert_eq!((&default.result["period"], &default.result["unit"]), (&json!("MTD"), &json!("company")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_dashboard_and_invalid_filters_are_invalid_arguments() {
    let company = DemoCompany::on("2026-11-20").await;
    for (arguments, code) in [
        (json!({ "slug": "nowhere" }), FaultCode::NotFound),
        (json!({ "slug": "company-health", "filters": { "period": "daily" } }), FaultCode::Invalid),
        (json!({ "slug": "company-health", "filters": { "colour": "red" } }), FaultCode::Invalid),
        (json!({ "slug": "company-health", "filters": { "unit": "bu" } }), FaultCode::Invalid),
    ] {
        let error = call(&company, "load_dashboard", arguments).await.unwrap_err();
        assert!(matches!(error, ToolError::Invalid(_)));
        assert_eq!(error.fault().code, code);
    }
}
