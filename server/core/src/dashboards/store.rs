//! Queries on KPIs, dashboards and widgets.

use super::{
    DashboardError,
    definition::{NewDashboard, NewKpi, WidgetConfig},
    rules::{DashboardKpis, Target},
};
use penny_entity::{TenantScoped, dashboard, kpi, widget};
use penny_kernel::{ctx::Ctx, db::StoreError};
use penny_types::{
    DashboardId, DatasourceId, KpiId, Locale,
    artifacts::ValueFormat,
    dashboards::{Direction, Unit, WidgetKind},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};

/// The definition of a KPI, with its name in the actor's language.
#[derive(Debug, Clone)]
pub(crate) struct KpiDefinition {
    pub id: KpiId,
    pub slug: String,
    pub name: String,
    pub format: ValueFormat,
    pub direction: Direction,
    pub units: Vec<Unit>,
    pub datasource: DatasourceId,
    pub sql: String,
    pub target: Option<Target>,
}

pub(super) async fn list_kpis(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
) -> Result<Vec<KpiDefinition>, DashboardError> {
    let rows = kpi::Entity::find_in(ctx.tenant()).order_by_asc(kpi::Column::Position).all(conn).await;
    rows?.into_iter().map(|row| kpi_definition(row, ctx.locale())).collect()
}

fn kpi_definition(row: kpi::Model, locale: Locale) -> Result<KpiDefinition, DashboardError> {
    Ok(KpiDefinition {
        id: row.id,
        slug: row.slug,
        name: localized(locale, row.name_en, row.name_es),
        format: row.format,
        direction: row.direction,
        units: serde_json::from_value(row.units).map_err(DashboardError::InvalidConfig)?,
        datasource: row.datasource_id,
        sql: row.sql,
        target: row.target.map(serde_json::from_value).transpose().map_err(DashboardError::InvalidConfig)?,
    })
}

/// Returns the text for a locale.
pub(super) fn localized(locale: Locale, en: String, es: String) -> String {
    match locale {
        Locale::En => en,
        Locale::Es => es,
    }
}

/// Creates a KPI, or updates the one with the same slug, which keeps its id.
pub(super) async fn upsert_kpi(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    datasource: DatasourceId,
    (position, new): (i32, NewKpi),
) -> Result<(), DashboardError> {
    let existing = kpi::Entity::find_in(ctx.tenant()).filter(kpi::Column::Slug.eq(&new.slug)).one(conn).await;
    let existing = existing?;
    let mut row = kpi::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(existing.as_ref().map_or_else(|| ctx.new_id(), |row| row.id)),
        slug: Set(new.slug),
        position: Set(position),
        name_en: Set(new.name_en),
        name_es: Set(new.name_es),
        format: Set(new.format),
        direction: Set(new.direction),
        units: Set(serde_json::to_value(new.units).map_err(DashboardError::InvalidConfig)?),
        datasource_id: Set(datasource),
        sql: Set(new.sql),
        target: Set(new
            .target
            .map(serde_json::to_value)
            .transpose()
            .map_err(DashboardError::InvalidConfig)?),
        created_at: Set(ctx.now()),
    };
    let written = match existing {
        Some(existing) => {
            row.created_at = Set(existing.created_at);
            row.update(conn).await
        }
        None => row.insert(conn).await,
    };
    written?;
    Ok(())
}

pub(super) async fn list_dashboards(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
) -> Result<Vec<dashboard::Model>, StoreError> {
    Ok(dashboard::Entity::find_in(ctx.tenant()).order_by_asc(dashboard::Column::Slug).all(conn).await?)
}

pub(super) async fn find_dashboard(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    slug: &str,
) -> Result<Option<dashboard::Model>, StoreError> {
    Ok(dashboard::Entity::find_in(ctx.tenant()).filter(dashboard::Column::Slug.eq(slug)).one(conn).await?)
}

pub(super) async fn list_widgets(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: DashboardId,
) -> Result<Vec<widget::Model>, StoreError> {
    let rows = widget::Entity::find_in(ctx.tenant()).filter(widget::Column::DashboardId.eq(id));
    Ok(rows.order_by_asc(widget::Column::Position).all(conn).await?)
}

/// Lists all dashboards, ordered by slug, with the KPIs on them.
pub(super) async fn list_dashboard_kpis(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
) -> Result<Vec<DashboardKpis>, DashboardError> {
    let rows = list_dashboards(conn, ctx).await?;
    let shown = widget::Entity::find_in(ctx.tenant()).filter(widget::Column::Kind.eq(WidgetKind::Kpi));
    let shown = shown.all(conn).await?;
    let mut dashboards: Vec<(DashboardId, DashboardKpis)> =
        rows.into_iter().map(|row| (row.id, DashboardKpis { slug: row.slug, kpis: Vec::new() })).collect();
    for widget in shown {
        let config: WidgetConfig =
            serde_json::from_value(widget.config).map_err(DashboardError::InvalidConfig)?;
        let dashboard = dashboards.iter_mut().find(|(id, _)| *id == widget.dashboard_id);
        if let (Some((_, dashboard)), Some(kpi)) = (dashboard, config.kpi()) {
            dashboard.kpis.push(kpi.to_owned());
        }
    }
    Ok(dashboards.into_iter().map(|(_, dashboard)| dashboard).collect())
}

/// Creates a dashboard with its widgets, or replaces the one with the same slug, which keeps its id.
pub(super) async fn upsert_dashboard(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    datasource: DatasourceId,
    new: NewDashboard,
) -> Result<DashboardId, DashboardError> {
    let existing = find_dashboard(conn, ctx, &new.slug).await?;
    let row = dashboard::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(existing.as_ref().map_or_else(|| ctx.new_id(), |row| row.id)),
        slug: Set(new.slug),
        title_en: Set(new.title.en),
        title_es: Set(new.title.es),
        description_en: Set(new.description.en),
        description_es: Set(new.description.es),
        created_at: Set(existing.as_ref().map_or_else(|| ctx.now(), |row| row.created_at)),
    };
    let id = match existing {
        Some(_) => row.update(conn).await,
        None => row.insert(conn).await,
    };
    let id = id?.id;
    widget::Entity::delete_in(ctx.tenant()).filter(widget::Column::DashboardId.eq(id)).exec(conn).await?;
    for (position, new) in (0..).zip(new.widgets) {
        let row = widget::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(ctx.new_id()),
            dashboard_id: Set(id),
            position: Set(position),
            kind: Set(new.kind),
            title_en: Set(new.title.en),
            title_es: Set(new.title.es),
            columns: Set(new.columns),
            config: Set(serde_json::to_value(with_default_datasource(new.config, datasource))
                .map_err(DashboardError::InvalidConfig)?),
        };
        row.insert(conn).await?;
    }
    Ok(id)
}

/// Sets the datasource of a widget that has none.
fn with_default_datasource(config: WidgetConfig, datasource: DatasourceId) -> WidgetConfig {
    match config {
        WidgetConfig::Chart(mut chart) => {
            chart.datasource.get_or_insert(datasource);
            WidgetConfig::Chart(chart)
        }
        WidgetConfig::Table(mut table) => {
            table.datasource.get_or_insert(datasource);
            WidgetConfig::Table(table)
        }
        other => other,
    }
}
