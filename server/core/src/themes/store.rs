//! The row of a tenant's look.

use super::rules::{self, CheckedTheme};
use chrono::{DateTime, Utc};
use penny_entity::{tenant, theme};
use penny_types::{TenantId, tenants::BrandView};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, sea_query::OnConflict};

/// Reads a tenant's look; the product's own where it has none.
pub async fn brand_in(conn: &impl ConnectionTrait, id: TenantId) -> Result<BrandView, DbErr> {
    let company =
        tenant::Entity::find_by_id(id).one(conn).await?.map(|tenant| tenant.name).unwrap_or_default();
    let Some(theme) = theme::Entity::find_by_id(id).one(conn).await? else {
        return Ok(rules::plain(&company));
    };
    Ok(BrandView {
        product_name: theme.product_name,
        company_name: company,
        logo_url: theme.logo_url,
        accent: theme.accent,
        on_accent: theme.on_accent,
        font_family: theme.font_family,
        radius_px: u8::try_from(theme.radius_px).unwrap_or(rules::RADIUS_PX),
    })
}

/// Writes a tenant's look.
pub async fn save(
    conn: &impl ConnectionTrait,
    id: TenantId,
    look: CheckedTheme,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = theme::ActiveModel {
        tenant_id: Set(id),
        product_name: Set(look.product_name),
        logo_url: Set(look.logo_url),
        accent: Set(look.accent),
        on_accent: Set(look.on_accent),
        font_family: Set(look.font_family),
        radius_px: Set(look.radius_px.into()),
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
