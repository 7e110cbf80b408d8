//! A dashboard in a conversation: its key figures as they were, and the way to the living one.

use crate::{
    features::dashboards::{HealthMark, address_of, period_key},
    state::{tr, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use leptos_router::components::A;
use penny_types::{
    artifacts::DashboardContent,
    dashboards::{DashboardFilters, DashboardLink, KpiValue},
};
use penny_words::{figures, keys};

/// How many figures a card shows.
const FIGURES: usize = 4;

/// Leads from figures to the living dashboard, seen with the same filters.
#[component]
pub fn OpenDashboard(
    /// Which one, and with which filters.
    link: DashboardLink,
    /// How it looks.
    #[prop(default = "button button-primary")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <A href=address_of(&link.slug, &link.filters) attr:class=class>
            <Icon glyph=Glyph::LayoutDashboard/>
            {tr(keys::DASHBOARD_OPEN)}
        </A>
    }
    .into_any()
}

/// A dashboard's card.
#[component]
pub fn DashboardCard(content: DashboardContent) -> impl IntoView {
    let DashboardContent { dashboard, .. } = content;
    let filters =
        DashboardFilters { period: dashboard.period, unit: dashboard.unit, id: dashboard.unit_id.clone() };
    let link = DashboardLink { slug: dashboard.slug.clone(), filters };
    let locale = use_locale();
    let period = period_key(dashboard.period);
    let (from, to) = (dashboard.from, dashboard.to);
    let range = move || figures::day_range(locale.get(), from, to);
    let currency = dashboard.currency.clone();
    let figures = dashboard
        .widgets
        .into_iter()
        .filter_map(|widget| widget.kpi)
        .take(FIGURES)
        .map(|kpi| figure(kpi, currency.clone()))
        .collect_view();
    view! {
        <div class="dashboard-card">
            <p class="dashboard-card-about" dir="auto">{dashboard.description}</p>
            <p class="dashboard-card-period">{tr(period)} " · " {range}</p>
            <ul class="dashboard-card-figures">{figures}</ul>
            <OpenDashboard link/>
        </div>
    }
    .into_any()
}

fn figure(kpi: KpiValue, currency: String) -> impl IntoView {
    let locale = use_locale();
    let KpiValue { name, value, format, health, .. } = kpi;
    let written = move || match value {
        Some(value) => figures::short_figure(locale.get(), value, format, Some(&currency)),
        None => figures::NOTHING.to_owned(),
    };
    view! {
        <li>
            <span class="dashboard-card-name" dir="auto">{name}</span>
            <span class="dashboard-card-value">{written}</span>
            <HealthMark health/>
        </li>
    }
}
