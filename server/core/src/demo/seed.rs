use super::{Error, generate};
use crate::{
    Services,
    ctx::Ctx,
    dashboards::{NewDashboard, NewKpi},
    datasources::{NewDatasource, UnitQueries},
};
use serde::Deserialize;

/// The datasource of the demo company.
pub const DATASOURCE_SLUG: &str = "lumen-and-pine";
/// Its dashboard.
pub const DASHBOARD_SLUG: &str = "company-health";

const KPIS: &str = include_str!("kpis.toml");
const DASHBOARD: &str = include_str!("dashboard.toml");

/// The key figures as their file has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kpis {
    kpi: Vec<NewKpi>,
}

/// Returns the demo's key figures.
pub(super) fn kpis() -> Result<Vec<NewKpi>, Error> {
    Ok(toml::from_str::<Kpis>(KPIS)?.kpi)
}

/// Returns the demo's dashboard.
pub(super) fn dashboard() -> Result<NewDashboard, Error> {
    Ok(toml::from_str(DASHBOARD)?)
}

/// Gives the context's tenant the demo company: its files, key figures and dashboard. Doing it again
/// renews them.
///
/// # Errors
/// When the files cannot be kept or the database fails.
pub async fn seed(services: &Services, ctx: &Ctx) -> Result<(), Error> {
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
