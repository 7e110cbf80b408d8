//! Tenant branding.

use serde::{Deserialize, Serialize};

/// Branding of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BrandView {
    /// The tenant's name for the product.
    pub product_name: String,
    pub company_name: String,
    /// Path or data URL of the logo; absent means the product name is shown as text.
    pub logo_url: Option<String>,
    /// Brand colour, `#rrggbb`.
    pub accent: String,
    /// Colour of text on the brand colour, `#rrggbb`.
    pub on_accent: String,
    /// CSS font family list.
    pub font_family: Option<String>,
    /// Corner radius in CSS pixels.
    pub radius_px: u8,
}
