//! How a figure stands: an icon and a word, never colour alone.

use crate::{
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_types::dashboards::Health;
use penny_words::keys;

/// How a figure stands.
#[component]
pub fn HealthMark(
    /// Its standing.
    health: Health,
) -> impl IntoView {
    let (class, glyph, key) = match health {
        Health::Good => ("health health-good", Glyph::CircleCheck, keys::DASHBOARD_HEALTH_GOOD),
        Health::Watch => ("health health-watch", Glyph::TriangleAlert, keys::DASHBOARD_HEALTH_WATCH),
        Health::Bad => ("health health-bad", Glyph::CircleX, keys::DASHBOARD_HEALTH_BAD),
        Health::Unknown => ("health", Glyph::Minus, keys::DASHBOARD_HEALTH_UNKNOWN),
    };
    view! { <span class=class><Icon glyph=glyph/>{tr(key)}</span> }.into_any()
}
