//! What stands where a dashboard will be: its frame, and grey boxes in its shape.

use super::trail::FullFrame;
use crate::{state::tr, ui::Skeleton};
use leptos::prelude::*;
use penny_words::keys;

/// A dashboard while its code is on its way.
#[component]
pub fn DashboardOutline() -> impl IntoView {
    view! { <FullFrame class="full full-dashboard"><Waiting/></FullFrame> }
}

/// Grey boxes in the shape of a dashboard.
#[component]
pub fn Waiting() -> impl IntoView {
    let cards = (0..4)
        .map(|_| view! { <div class="span-3"><Skeleton lines=0 class="skeleton-block kpi-skeleton"/></div> });
    view! {
        <div class="dashboard" aria-label=tr(keys::DASHBOARD_LOADING)>
            <header class="dashboard-head"><Skeleton lines=2/></header>
            <p class="dashboard-facts"></p>
            <div class="grid">
                {cards.collect_view()}
                <div class="span-8"><Skeleton lines=0 class="skeleton-block chart-skeleton"/></div>
                <div class="span-4"><Skeleton lines=0 class="skeleton-block chart-skeleton"/></div>
            </div>
        </div>
    }
    .into_any()
}
