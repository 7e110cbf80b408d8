//! Queries on tenants and their hosts.

use super::rules::NewTenant;
use penny_entity::{tenant, tenant_host, workspace};
use penny_kernel::{ctx::Ctx, db::WriteTx};
use penny_types::TenantId;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
};

pub async fn find_by_host(conn: &impl ConnectionTrait, host: &str) -> Result<Option<TenantId>, DbErr> {
    Ok(tenant_host::Entity::find_by_id(host.to_owned()).one(conn).await?.map(|row| row.tenant_id))
}

pub async fn find_by_slug(conn: &impl ConnectionTrait, slug: &str) -> Result<Option<TenantId>, DbErr> {
    Ok(tenant::Entity::find().filter(tenant::Column::Slug.eq(slug)).one(conn).await?.map(|row| row.id))
}

pub async fn find_default(conn: &impl ConnectionTrait) -> Result<Option<TenantId>, DbErr> {
    Ok(tenant::Entity::find().filter(tenant::Column::IsDefault.eq(true)).one(conn).await?.map(|row| row.id))
}

/// Inserts a tenant, its hosts and its first workspace.
pub async fn insert(tx: &WriteTx, ctx: &Ctx, new: &NewTenant) -> Result<(), DbErr> {
    let now = ctx.now();
    let row = tenant::ActiveModel {
        id: Set(ctx.tenant()),
        slug: Set(new.slug.clone()),
        name: Set(new.name.clone()),
        is_default: Set(new.is_default),
        locale: Set(new.locale),
        time_zone: Set(new.time_zone.clone()),
        currency: Set(new.currency.clone()),
        policy_version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    tenant::Entity::insert(row).exec_without_returning(tx).await?;
    for host in &new.hosts {
        let row = tenant_host::ActiveModel {
            host: Set(host.clone()),
            tenant_id: Set(ctx.tenant()),
            created_at: Set(now),
        };
        tenant_host::Entity::insert(row).exec_without_returning(tx).await?;
    }
    let row = workspace::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        slug: Set("general".to_owned()),
        name: Set(new.name.clone()),
        created_at: Set(now),
    };
    workspace::Entity::insert(row).exec_without_returning(tx).await.map(drop)
}

pub async fn rename(tx: &WriteTx, ctx: &Ctx, name: String) -> Result<(), DbErr> {
    let row = tenant::ActiveModel {
        id: Set(ctx.tenant()),
        name: Set(name),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    row.update(tx).await.map(drop)
}
