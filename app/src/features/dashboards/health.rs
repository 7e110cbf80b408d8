//! The health of a KPI as icon and text, never by colour alone.

use crate::{
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_i18n::keys;
use penny_types::dashboards::Health;

#[component]
pub fn HealthBadge(health: Health) -> impl IntoView {
    let (class, glyph, key) = match health {
        Health::Good => ("health health-good", Glyph::CircleCheck, keys::DASHBOARD_HEALTH_GOOD),
        Health::Watch => ("health health-watch", Glyph::TriangleAlert, keys::DASHBOARD_HEALTH_WATCH),
        Health::Bad => ("health health-bad", Glyph::CircleX, keys::DASHBOARD_HEALTH_BAD),
        Health::Unknown => ("health", Glyph::Minus, keys::DASHBOARD_HEALTH_UNKNOWN),
    };
    view! { <span class=class><Icon glyph=glyph/>{tr(key)}</span> }.into_any()
}
