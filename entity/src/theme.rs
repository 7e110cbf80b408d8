//! Table `theme`.

use crate::scope::TenantScoped;
use penny_types::TenantId;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "theme")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    /// The tenant's name for the product.
    pub product_name: String,
    /// Path or data URL of the logo.
    pub logo_url: Option<String>,
    /// Brand colour, `#rrggbb`.
    pub accent: String,
    /// Colour of text on the brand colour, `#rrggbb`.
    pub on_accent: String,
    /// CSS font family list.
    pub font_family: Option<String>,
    /// Corner radius in CSS pixels.
    pub radius_px: i32,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantScoped for Entity {
    const TENANT: Column = Column::TenantId;
}
