//! Queries on themes.

use super::rules::{self, ValidatedTheme};
use chrono::{DateTime, Utc};
use penny_entity::{tenant, theme};
use penny_types::{TenantId, tenants::BrandView};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, sea_query::OnConflict};

/// Loads a tenant's brand, or the product's default brand when it has no theme.
pub async fn load_brand(conn: &impl ConnectionTrait, id: TenantId) -> Result<BrandView, DbErr> {
    let tenant_name =
        tenant::Entity::find_by_id(id).one(conn).await?.map(|tenant| tenant.name).unwrap_or_default();
    let Some(theme) = theme::Entity::find_by_id(id).one(conn).await? else {
        return Ok(rules::default_brand(&tenant_name));
    };
    Ok(BrandView {
        product_name: theme.product_name,
        company_name: tenant_name,
        logo_url: theme.logo_url,
        accent: theme.accent,
        on_accent: theme.on_accent,
        font_family: theme.font_family,
        radius_px: u8::try_from(theme.radius_px).unwrap_or(rules::RADIUS_PX),
    })
}

/// Inserts or replaces a tenant's theme.
pub async fn save(
    conn: &impl ConnectionTrait,
    id: TenantId,
    theme: ValidatedTheme,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = theme::ActiveModel {
        tenant_id: Set(id),
        product_name: Set(theme.product_name),
        logo_url: Set(theme.logo_url),
        accent: Set(theme.accent),
        on_accent: Set(theme.on_accent),
        font_family: Set(theme.font_family),
        radius_px: Set(theme.radius_px.into()),
        updated_at: Set(now),
    };
    let mut replace = OnConflict::column(theme::Column::TenantId);
    replace.update_columns([
        theme::Column::ProductName,
        theme::Column::LogoUrl,
        theme::Column::Accent,
        theme::Column::OnAccent,
        theme::Column::FontFamily,
        theme::Column::RadiusPx,
        theme::Column::UpdatedAt,
    ]);
    theme::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await.map(drop)
}
