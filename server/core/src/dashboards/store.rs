//! Rows of key figures, dashboards and widgets.

use super::{
    Error,
    definition::{NewDashboard, NewKpi, WidgetConfig},
    rules::{Board, Target},
};
use crate::{ctx::Ctx, db::StoreError};
use penny_entity::{TenantScoped, dashboard, kpi, widget};
use penny_types::{
    DashboardId, DatasourceId, KpiId, Locale,
    artifacts::ValueFormat,
    dashboards::{Direction, Unit, WidgetKind},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};

/// A key figure's definition, in the reader's language.
#[derive(Debug, Clone)]
pub(crate) struct Kpi {
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

pub(super) async fn kpis(conn: &impl ConnectionTrait, ctx: &Ctx) -> Result<Vec<Kpi>, Error> {
    let rows = kpi::Entity::find_in(ctx.tenant).order_by_asc(kpi::Column::Position).all(conn).await;
    rows?.into_iter().map(|row| definition(row, ctx.locale)).collect()
}

fn definition(row: kpi::Model, locale: Locale) -> Result<Kpi, Error> {
    Ok(Kpi {
        id: row.id,
        slug: row.slug,
        name: pick(locale, row.name_en, row.name_es),
        format: row.format,
        direction: row.direction,
        units: serde_json::from_value(row.units).map_err(Error::BadConfig)?,
        datasource: row.datasource_id,
        sql: row.sql,
        target: row.target.map(serde_json::from_value).transpose().map_err(Error::BadConfig)?,
    })
}

/// Returns the text in the reader's language.
pub(super) fn pick(locale: Locale, en: String, es: String) -> String {
    match locale {
        Locale::En => en,
        Locale::Es => es,
    }
}

/// Writes a definition; the one of that slug is renewed and keeps its id.
pub(super) async fn put_kpi(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    datasource: DatasourceId,
    (position, new): (i32, NewKpi),
) -> Result<(), Error> {
    let before = kpi::Entity::find_in(ctx.tenant).filter(kpi::Column::Slug.eq(&new.slug)).one(conn).await;
    let before = before?;
    let mut row = kpi::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(before.as_ref().map_or_else(|| ctx.mint(), |row| row.id)),
        slug: Set(new.slug),
        position: Set(position),
        name_en: Set(new.name_en),
        name_es: Set(new.name_es),
        format: Set(new.format),
        direction: Set(new.direction),
        units: Set(serde_json::to_value(new.units).map_err(Error::BadConfig)?),
        datasource_id: Set(datasource),
        sql: Set(new.sql),
        target: Set(new.target.map(serde_json::to_value).transpose().map_err(Error::BadConfig)?),
        created_at: Set(ctx.now()),
    };
    let written = match before {
        Some(before) => {
            row.created_at = Set(before.created_at);
            row.update(conn).await
        }
        None => row.insert(conn).await,
    };
    written?;
    Ok(())
}

pub(super) async fn dashboards(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
) -> Result<Vec<dashboard::Model>, StoreError> {
    Ok(dashboard::Entity::find_in(ctx.tenant).order_by_asc(dashboard::Column::Slug).all(conn).await?)
}

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    slug: &str,
) -> Result<Option<dashboard::Model>, StoreError> {
    Ok(dashboard::Entity::find_in(ctx.tenant).filter(dashboard::Column::Slug.eq(slug)).one(conn).await?)
}

pub(super) async fn widgets(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    id: DashboardId,
) -> Result<Vec<widget::Model>, StoreError> {
    let rows = widget::Entity::find_in(ctx.tenant).filter(widget::Column::DashboardId.eq(id));
    Ok(rows.order_by_asc(widget::Column::Position).all(conn).await?)
}

/// Lists every dashboard, by its address, with the slugs of the key figures on it.
pub(super) async fn boards(conn: &impl ConnectionTrait, ctx: &Ctx) -> Result<Vec<Board>, Error> {
    let rows = dashboards(conn, ctx).await?;
    let shown = widget::Entity::find_in(ctx.tenant).filter(widget::Column::Kind.eq(WidgetKind::Kpi));
    let shown = shown.all(conn).await?;
    let mut boards: Vec<(DashboardId, Board)> =
        rows.into_iter().map(|row| (row.id, Board { slug: row.slug, kpis: Vec::new() })).collect();
    for widget in shown {
        let config: WidgetConfig = serde_json::from_value(widget.config).map_err(Error::BadConfig)?;
        let board = boards.iter_mut().find(|(id, _)| *id == widget.dashboard_id);
        if let (Some((_, board)), Some(kpi)) = (board, config.kpi()) {
            board.kpis.push(kpi.to_owned());
        }
    }
    Ok(boards.into_iter().map(|(_, board)| board).collect())
}

/// Writes a dashboard and its widgets; the one of that slug is renewed and keeps its id.
pub(super) async fn put_dashboard(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    datasource: DatasourceId,
    new: NewDashboard,
) -> Result<DashboardId, Error> {
    let before = find(conn, ctx, &new.slug).await?;
    let row = dashboard::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(before.as_ref().map_or_else(|| ctx.mint(), |row| row.id)),
        slug: Set(new.slug),
        title_en: Set(new.title.en),
        title_es: Set(new.title.es),
        description_en: Set(new.description.en),
        description_es: Set(new.description.es),
        created_at: Set(before.as_ref().map_or_else(|| ctx.now(), |row| row.created_at)),
    };
    let id = match before {
        Some(_) => row.update(conn).await,
        None => row.insert(conn).await,
    };
    let id = id?.id;
    widget::Entity::delete_in(ctx.tenant).filter(widget::Column::DashboardId.eq(id)).exec(conn).await?;
    for (position, new) in (0..).zip(new.widgets) {
        let row = widget::ActiveModel {
            tenant_id: Set(ctx.tenant),
            id: Set(ctx.mint()),
            dashboard_id: Set(id),
            position: Set(position),
            kind: Set(new.kind),
            title_en: Set(new.title.en),
            title_es: Set(new.title.es),
            columns: Set(new.columns),
            config: Set(serde_json::to_value(bound(new.config, datasource)).map_err(Error::BadConfig)?),
        };
        row.insert(conn).await?;
    }
    Ok(id)
}

/// Says where a widget's query is asked.
fn bound(config: WidgetConfig, datasource: DatasourceId) -> WidgetConfig {
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
