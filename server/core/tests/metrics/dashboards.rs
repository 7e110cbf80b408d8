//! Dashboards: content, errors and access.

use crate::demo_company::{DemoCompany, in_spanish, user, user_with_roles};
use penny_core::{
    dashboards::DashboardError,
    datasources::{NewDatasource, NewTable},
    demo,
};
use penny_entity::{TenantScoped, dashboard, datasource, kpi, widget};
use penny_kernel::fault::ToFault;
use penny_ports::{
    analytics::{ColumnDef, ColumnKind},
    blobs::{BlobKey, BlobStore},
};
use penny_testkit::databases::test_databases;
use penny_types::{
    FaultCode, Locale,
    artifacts::{ChartContent, TableContent},
    dashboards::{DashboardFilters, DashboardView, Period, Unit, WidgetKind},
    people::Role,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel, PaginatorTrait};
use serde_json::{Value, json};

fn filters_for(unit: Unit, id: &str) -> DashboardFilters {
    DashboardFilters { period: Period::Qtd, unit, id: Some(id.to_owned()) }
}

async fn open(company: &DemoCompany, filters: DashboardFilters) -> DashboardView {
    company.services.dashboards.open(&company.alice, demo::DASHBOARD_SLUG, filters).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_widget_has_content_for_all_filters() {
    let company = DemoCompany::on("2026-11-20").await;
    for (unit, id, widgets) in
        [(Unit::Company, "", 15), (Unit::Bu, "furniture", 15), (Unit::Project, "nest", 14)]
    {
        let view = open(&company, filters_for(unit, id)).await;
        assert_eq!(view.widgets.len(), widgets, "{unit}");
        assert_eq!((view.business_units.len(), view.projects.len()), (3, 12));
        assert_eq!(
            (view.from.to_string().as_str(), view.to.to_string().as_str()),
            ("2026-10-01", "2026-11-20")
        );
        for widget in &view.widgets {
            assert_eq!(widget.error, None, "{unit} {}", widget.title);
            match widget.kind {
                WidgetKind::Kpi => assert!(widget.kpi.is_some()),
                WidgetKind::Chart => {
                    let chart: ChartContent =
                        serde_json::from_value(widget.content.clone().unwrap()).unwrap();
                    assert!(!chart.table.rows.is_empty(), "{unit} {}", widget.title);
                    assert!(chart.table.rows.iter().all(|row| row.len() == chart.table.columns.len()));
                    assert!(chart.summary.contains(&widget.title));
                    assert_plain_data(&chart.option, &widget.title);
                }
                WidgetKind::Table => {
                    let table: TableContent =
                        serde_json::from_value(widget.content.clone().unwrap()).unwrap();
                    let projects = match unit {
                        Unit::Company => 12,
                        Unit::Bu => 4,
                        Unit::Project => 1,
                    };
                    assert_eq!(table.rows.len(), projects);
                }
                WidgetKind::Text => {}
            }
        }
    }
}

/// Asserts that a chart option contains no functions, markup or colours.
fn assert_plain_data(value: &Value, what: &str) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                assert!(!key.to_lowercase().contains("color"), "{what}: {key}");
                assert_plain_data(value, what);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| assert_plain_data(value, what)),
        Value::String(text) => {
            assert!(
                !text.contains("function") && !text.contains("=>") && !text.contains('<'),
                "{what}: {text}"
            );
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_in_the_users_language() {
    let company = DemoCompany::on("2026-11-20").await;
    let juan = in_spanish(&company.alice);
    let dashboards = &company.services.dashboards;
    let view = dashboards.open(&juan, demo::DASHBOARD_SLUG, DashboardFilters::default()).await.unwrap();
    assert_eq!(view.title, "Salud de la empresa");
    assert_eq!(view.widgets[0].kpi.as_ref().unwrap().name, "Ingresos");
    let report = dashboards.report(&juan, DashboardFilters::default()).await.unwrap();
    assert_eq!(report.title, "Salud de la empresa, mes hasta hoy");
    assert!(report.chart.summary.contains("indicadores en objetivo"), "{}", report.chart.summary);
    let names: Vec<&str> = report.chart.option["yAxis"][0]["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(names.contains(&"Margen bruto"));
    assert_eq!(dashboards.list(&juan).await.unwrap()[0].title, "Salud de la empresa");
    let error =
        dashboards.open(&juan, demo::DASHBOARD_SLUG, filters_for(Unit::Bu, "marte")).await.unwrap_err();
    let message = penny_i18n::fault(Locale::Es, &error.to_fault());
    assert!(message.contains("«marte»") && message.contains("lighting (Lighting)"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_unit_is_rejected_and_the_error_lists_the_options() {
    let company = DemoCompany::on("2026-11-20").await;
    let report = |filters| company.services.dashboards.report(&company.alice, filters);
    for (unit, id, expected) in [
        (Unit::Bu, None, "studio (Studio)"),
        (Unit::Bu, Some("  "), "furniture (Furniture)"),
        (Unit::Bu, Some("nest"), "“nest”"),
        (Unit::Project, None, "nest (Nest chairs)"),
        (Unit::Project, Some("' OR 1=1"), "lumen-ii (Lumen II sensors)"),
    ] {
        let filters = DashboardFilters { period: Period::Mtd, unit, id: id.map(str::to_owned) };
        let fault = report(filters).await.unwrap_err().to_fault();
        assert_eq!(fault.code, FaultCode::Invalid);
        assert_eq!(fault.fields[0].field, "id");
        let message = penny_i18n::fault(Locale::En, &fault);
        assert!(message.contains(expected), "{unit} {id:?}: {message}");
    }
    let long = report(filters_for(Unit::Bu, &"x".repeat(100_000))).await.unwrap_err().to_fault();
    assert!(penny_i18n::fault(Locale::En, &long).len() < 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_can_be_given_by_name_and_the_company_needs_no_id() {
    let company = DemoCompany::on("2026-11-20").await;
    let report = |filters| company.services.dashboards.report(&company.alice, filters);
    let by_id = report(filters_for(Unit::Bu, "lighting")).await.unwrap();
    let by_name = report(filters_for(Unit::Bu, " LIGHTING ")).await.unwrap();
    assert_eq!(by_id.kpis, by_name.kpis);
    assert_eq!(by_name.filters.id.as_deref(), Some("lighting"));
    assert_eq!(by_name.unit_name.as_deref(), Some("Lighting"));
    let whole = report(filters_for(Unit::Company, "lighting")).await.unwrap();
    assert_eq!((whole.filters.id, whole.unit_name), (None, None));
    assert!(whole.kpis[0].value > by_id.kpis[0].value);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_widget_does_not_affect_the_others() {
    let company = DemoCompany::on("2026-11-20").await;
    let tx = company.services.kernel.db.begin(&company.system).await.unwrap();
    let rows = widget::Entity::find_in(company.system.tenant()).all(&tx).await.unwrap();
    for (title, config) in [
        ("Projects", json!({ "table": { "sql": "SELECT nonsense FROM projects", "columns": [] } })),
        ("Revenue by unit", json!({ "chart": "nonsense" })),
        ("Win rate", json!({ "kpi": "gone" })),
    ] {
        let row = rows.iter().find(|row| row.title_en == title).unwrap().clone();
        let mut row = row.into_active_model();
        row.config = Set(config);
        row.update(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let view = open(&company, DashboardFilters::default()).await;
    let broken: Vec<&str> = view
        .widgets
        .iter()
        .filter(|widget| widget.error.is_some())
        .map(|widget| widget.title.as_str())
        .collect();
    assert_eq!(broken, ["Revenue by unit", "Win rate", "Projects"]);
    assert_eq!(view.widgets.len(), 15);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_file_affects_only_the_kpis_computed_from_it() {
    let company = DemoCompany::on("2026-11-20").await;
    let ledger = demo::tables().into_iter().find(|table| table.name == "ledger").unwrap();
    let digest = *blake3::hash(&ledger.bytes).as_bytes();
    company.blobs.delete(BlobKey { tenant: company.system.tenant(), digest }).await.unwrap();
    let kpis = company.services.dashboards.kpis(&company.alice, DashboardFilters::default()).await.unwrap();
    let without: Vec<&str> =
        kpis.iter().filter(|kpi| kpi.value.is_none()).map(|kpi| kpi.slug.as_str()).collect();
    assert_eq!(without, ["revenue", "revenue-vs-budget", "gross-margin", "operating-margin"]);
    company.blobs.clear();
    let error =
        company.services.dashboards.kpis(&company.alice, filters_for(Unit::Company, "")).await.unwrap_err();
    assert_eq!(error.to_fault().code, FaultCode::Internal);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_works_on_both_databases() {
    for database in test_databases().await {
        let company = DemoCompany::seeded(database, "2026-11-20T12:00:00Z", "UTC").await;
        demo::seed(&company.services, &company.system).await.unwrap();
        let view = open(&company, DashboardFilters::default()).await;
        assert!(view.widgets.len() == 15 && view.widgets.iter().all(|widget| widget.error.is_none()));
        assert_eq!(view.currency, "EUR");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn seeding_is_idempotent() {
    let company = DemoCompany::on("2026-11-20").await;
    let before = open(&company, DashboardFilters::default()).await;
    demo::seed(&company.services, &company.system).await.unwrap();
    let after = open(&company, DashboardFilters::default()).await;
    assert_eq!(before.id, after.id);
    let ids = |view: &DashboardView| {
        view.widgets.iter().filter_map(|widget| Some(widget.kpi.as_ref()?.id)).collect::<Vec<_>>()
    };
    assert_eq!(ids(&before), ids(&after));
    let tx = company.services.kernel.db.read(&company.system).await.unwrap();
    let tenant = company.system.tenant();
    assert_eq!(datasource::Entity::find_in(tenant).count(&tx).await.unwrap(), 1);
    assert_eq!(dashboard::Entity::find_in(tenant).count(&tx).await.unwrap(), 1);
    assert_eq!(kpi::Entity::find_in(tenant).count(&tx).await.unwrap(), 10);
    assert_eq!(widget::Entity::find_in(tenant).count(&tx).await.unwrap(), 15);
    assert_eq!(company.blobs.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_sees_no_data() {
    let company = DemoCompany::on("2026-11-20").await;
    let mallory = user(&company.other_tenant().await, Role::Admin);
    let dashboards = &company.services.dashboards;
    assert!(dashboards.list(&mallory).await.unwrap().is_empty());
    let error =
        dashboards.open(&mallory, demo::DASHBOARD_SLUG, DashboardFilters::default()).await.unwrap_err();
    assert!(matches!(error, DashboardError::NotFound));
    let error = dashboards.kpis(&mallory, DashboardFilters::default()).await.unwrap_err();
    assert!(matches!(error, DashboardError::NoKpis));
    let result =
        company.services.datasources.query(&mallory, demo::DATASOURCE_SLUG, "SELECT 1", Vec::new()).await;
    assert_eq!(result.unwrap_err().to_fault().code, FaultCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn viewing_requires_a_role_and_installing_requires_an_admin() {
    let company = DemoCompany::on("2026-11-20").await;
    let user_without_role = user_with_roles(&company.system, &[]);
    let dashboards = &company.services.dashboards;
    let error = dashboards
        .open(&user_without_role, demo::DASHBOARD_SLUG, DashboardFilters::default())
        .await
        .unwrap_err();
    assert_eq!(error.to_fault().code, FaultCode::Forbidden);
    assert_eq!(
        dashboards.kpis(&user_without_role, DashboardFilters::default()).await.unwrap_err().to_fault().code,
        FaultCode::Forbidden
    );
    assert!(dashboards.list(&user_without_role).await.unwrap().is_empty());
    let new = || NewDatasource {
        slug: "mine".to_owned(),
        name: "Mine".to_owned(),
        tables: Vec::new(),
        units: None,
    };
    let datasources = &company.services.datasources;
    assert_eq!(
        datasources.install(&company.alice, new()).await.unwrap_err().to_fault().code,
        FaultCode::Forbidden
    );
    datasources.install(&user(&company.system, Role::Admin), new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_datasource_runs_select_statements_only() {
    let company = DemoCompany::on("2026-11-20").await;
    let query =
        |sql, params| company.services.datasources.query(&company.alice, demo::DATASOURCE_SLUG, sql, params);
    let rows = query("SELECT name FROM projects WHERE id = $id", vec![("id".to_owned(), json!("nest"))])
        .await
        .unwrap();
    assert_eq!(rows.rows, [vec![json!("Nest chairs")]]);
    let rows = query("SELECT max(day) AS last, min(day) AS first FROM ledger", Vec::new()).await.unwrap();
    assert_eq!(rows.rows, [vec![json!("2026-11-20"), json!("2024-11-19")]]);
    for (sql, code) in [
        ("DROP TABLE ledger", FaultCode::Invalid),
        ("SELECT * FROM tenant", FaultCode::Invalid),
        ("SELECT sum(a.amount + b.amount) FROM ledger a, ledger b", FaultCode::TooLarge),
    ] {
        assert_eq!(query(sql, Vec::new()).await.unwrap_err().to_fault().code, code, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_does_not_match_its_columns_is_rejected() {
    let company = DemoCompany::on("2026-11-20").await;
    let columns = vec![ColumnDef { name: "n".to_owned(), kind: ColumnKind::Integer }];
    let table = |name: &str, csv: &'static [u8]| NewTable {
        name: name.to_owned(),
        columns: columns.clone(),
        bytes: csv.into(),
    };
    for (slug, table) in
        [("erp", table("t", b"n\nx\n")), ("erp", table("T;", b"n\n1\n")), ("E R P", table("t", b"n\n1\n"))]
    {
        let new =
            NewDatasource { slug: slug.to_owned(), name: "ERP".to_owned(), tables: vec![table], units: None };
        let error = company.services.datasources.install(&company.system, new).await.unwrap_err();
        assert_eq!(error.to_fault().code, FaultCode::Invalid);
    }
}
