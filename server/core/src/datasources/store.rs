//! Queries on datasources.

use super::{
    DatasourceError,
    config::{DatasourceConfig, KIND},
};
use penny_entity::{TenantScoped, datasource, tenant};
use penny_kernel::{
    ctx::Ctx,
    db::{StoreError, WriteTx},
};
use penny_types::DatasourceId;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};

/// Selects one datasource.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DatasourceSelector<'a> {
    Slug(&'a str),
    Id(DatasourceId),
    /// The oldest datasource with [`UnitQueries`](super::UnitQueries).
    WithUnits,
}

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    selector: DatasourceSelector<'_>,
) -> Result<Option<(datasource::Model, DatasourceConfig)>, DatasourceError> {
    let rows = datasource::Entity::find_in(ctx.tenant());
    let rows = match selector {
        DatasourceSelector::Slug(slug) => rows.filter(datasource::Column::Slug.eq(slug)),
        DatasourceSelector::Id(id) => rows.filter(datasource::Column::Id.eq(id)),
        DatasourceSelector::WithUnits => rows.order_by_asc(datasource::Column::CreatedAt),
    };
    for row in rows.all(conn).await? {
        let config: DatasourceConfig =
            serde_json::from_value(row.config.clone()).map_err(DatasourceError::InvalidConfig)?;
        if !matches!(selector, DatasourceSelector::WithUnits) || config.units.is_some() {
            return Ok(Some((row, config)));
        }
    }
    Ok(None)
}

/// Returns the tenant's time zone and currency.
pub(super) async fn tenant_settings(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
) -> Result<(String, String), StoreError> {
    let row = tenant::Entity::find_in(ctx.tenant()).one(conn).await?;
    Ok(row.map_or_else(|| ("UTC".to_owned(), "EUR".to_owned()), |row| (row.time_zone, row.currency)))
}

pub(super) async fn insert(
    tx: &WriteTx,
    ctx: &Ctx,
    slug: &str,
    name: &str,
    config: serde_json::Value,
) -> Result<DatasourceId, StoreError> {
    let row = datasource::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        slug: Set(slug.to_owned()),
        name: Set(name.to_owned()),
        kind: Set(KIND.to_owned()),
        config: Set(config),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
    };
    Ok(row.insert(tx.conn()).await?.id)
}

pub(super) async fn update(
    tx: &WriteTx,
    ctx: &Ctx,
    row: datasource::Model,
    name: &str,
    config: serde_json::Value,
) -> Result<(), StoreError> {
    let mut row = row.into_active_model();
    row.name = Set(name.to_owned());
    row.config = Set(config);
    row.updated_at = Set(ctx.now());
    row.update(tx.conn()).await?;
    Ok(())
}

/// Returns whether a datasource of the tenant references a blob.
pub(crate) async fn references_blob(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    digest: [u8; 32],
) -> Result<bool, StoreError> {
    let digest = data_encoding::HEXLOWER.encode(&digest);
    let rows = datasource::Entity::find_in(ctx.tenant()).all(conn).await?;
    // An unreadable configuration counts as a reference, so that no blob in use is deleted.
    Ok(rows.iter().any(|row| {
        serde_json::from_value::<DatasourceConfig>(row.config.clone())
            .map_or(true, |config| config.tables.iter().any(|table| table.digest == digest))
    }))
}
