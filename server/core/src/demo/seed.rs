use super::{DemoError, generate};
use crate::{
    Services,
    dashboards::{NewDashboard, NewKpi},
    datasources::{NewDatasource, UnitQueries},
};
use penny_kernel::ctx::Ctx;
use serde::Deserialize;

/// Slug of the demo company's datasource.
pub const DATASOURCE_SLUG: &str = "lumen-and-pine";
/// Slug of the demo company's dashboard.
pub const DASHBOARD_SLUG: &str = "company-health";

const KPIS: &str = include_str!("kpis.toml");
const DASHBOARD: &str = include_str!("dashboard.toml");

/// The content of `kpis.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KpiFile {
    kpi: Vec<NewKpi>,
}

/// Parses the KPIs of the demo.
pub(super) fn kpis() -> Result<Vec<NewKpi>, DemoError> {
    Ok(toml::from_str::<KpiFile>(KPIS)?.kpi)
}

/// Parses the dashboard of the demo.
pub(super) fn dashboard() -> Result<NewDashboard, DemoError> {
    Ok(toml::from_str(DASHBOARD)?)
}

/// Installs the demo company's files, KPIs and dashboard in the tenant of `ctx`. Idempotent.
///
/// # Errors
/// When the files cannot be stored or the database fails.
pub async fn seed(services: &Services, ctx: &Ctx) -> Result<(), DemoError> {
    let units = UnitQueries {
        bu: "SELECT id, name FROM business_units ORDER BY name".to_owned(),
        project: "SELECT id, name FROM projects ORDER BY name".to_owned(),
    };
    let company = NewDatasource {
        slug: DATASOURCE_SLUG.to_owned(),
        name: "Lumen & Pine".to_owned(),
        tables: generate::tables(),
        units: Some(units),
    };
    let id = services.datasources.install(ctx, company).await?;
    services.dashboards.install(ctx, id, kpis()?, vec![dashboard()?]).await?;
    Ok(())
}
