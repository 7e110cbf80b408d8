//! Rows of datasources.

use super::{
    Error,
    config::{Config, KIND},
};
use crate::{
    ctx::Ctx,
    db::{StoreError, WriteTx},
};
use penny_entity::{TenantScoped, datasource, tenant};
use penny_types::DatasourceId;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};

/// Which datasource.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    Slug(&'a str),
    Id(DatasourceId),
    /// The one that lists what figures can be about; the oldest where there are several.
    WithUnits,
}

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    which: Which<'_>,
) -> Result<Option<(datasource::Model, Config)>, Error> {
    let rows = datasource::Entity::find_in(ctx.tenant);
    let rows = match which {
        Which::Slug(slug) => rows.filter(datasource::Column::Slug.eq(slug)),
        Which::Id(id) => rows.filter(datasource::Column::Id.eq(id)),
        Which::WithUnits => rows.order_by_asc(datasource::Column::CreatedAt),
    };
    for row in rows.all(conn).await? {
        let config: Config = serde_json::from_value(row.config.clone()).map_err(Error::BadConfig)?;
        if !matches!(which, Which::WithUnits) || config.units.is_some() {
            return Ok(Some((row, config)));
        }
    }
    Ok(None)
}

/// Returns the time zone and the currency of the tenant.
pub(super) async fn customs(conn: &impl ConnectionTrait, ctx: &Ctx) -> Result<(String, String), StoreError> {
    let row = tenant::Entity::find_in(ctx.tenant).one(conn).await?;
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
        tenant_id: Set(ctx.tenant),
        id: Set(ctx.mint()),
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

/// Says whether a file of the tenant's datasources has this digest.
pub(crate) async fn names_bytes(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    digest: [u8; 32],
) -> Result<bool, StoreError> {
    let digest = data_encoding::HEXLOWER.encode(&digest);
    let rows = datasource::Entity::find_in(ctx.tenant).all(conn).await?;
    // What cannot be read is taken to name it: bytes are removed only when nobody can want them.
    Ok(rows.iter().any(|row| {
        serde_json::from_value::<Config>(row.config.clone())
            .map_or(true, |config| config.tables.iter().any(|table| table.digest == digest))
    }))
}
