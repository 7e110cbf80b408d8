//! Placeholders for a dashboard that is loading.

use super::return_path::FullScreenFrame;
use crate::{state::tr, ui::Skeleton};
use leptos::prelude::*;
use penny_i18n::keys;

/// The dashboard page while its code is loading.
#[component]
pub fn DashboardPageSkeleton() -> impl IntoView {
    view! { <FullScreenFrame class="full full-dashboard"><DashboardSkeleton/></FullScreenFrame> }
}

/// A dashboard while its data is loading.
#[component]
pub fn DashboardSkeleton() -> impl IntoView {
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
