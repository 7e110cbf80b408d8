//! A dashboard in a conversation: a snapshot of its KPIs and a link to the live dashboard.

use crate::{
    features::dashboards::{HealthBadge, dashboard_path, period_key},
    state::{tr, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use leptos_router::components::A;
use penny_i18n::{formats, keys};
use penny_types::{
    artifacts::DashboardContent,
    dashboards::{DashboardFilters, DashboardLink, KpiValue},
};

/// Number of KPIs on a card.
const MAX_KPIS: usize = 4;

/// A link to the live dashboard with the same filters.
#[component]
pub fn OpenDashboard(
    link: DashboardLink,
    #[prop(default = "button button-primary")] class: &'static str,
) -> impl IntoView {
    view! {
        <A href=dashboard_path(&link.slug, &link.filters) attr:class=class>
            <Icon glyph=Glyph::LayoutDashboard/>
            {tr(keys::DASHBOARD_OPEN)}
        </A>
    }
    .into_any()
}

#[component]
pub fn DashboardCard(content: DashboardContent) -> impl IntoView {
    let DashboardContent { dashboard, .. } = content;
    let filters =
        DashboardFilters { period: dashboard.period, unit: dashboard.unit, id: dashboard.unit_id.clone() };
    let link = DashboardLink { slug: dashboard.slug.clone(), filters };
    let locale = use_locale();
    let period = period_key(dashboard.period);
    let (from, to) = (dashboard.from, dashboard.to);
    let range = move || formats::day_range(locale.get(), from, to);
    let currency = dashboard.currency.clone();
    let kpis = dashboard
        .widgets
        .into_iter()
        .filter_map(|widget| widget.kpi)
        .take(MAX_KPIS)
        .map(|kpi| kpi_item(kpi, currency.clone()))
        .collect_view();
    view! {
        <div class="dashboard-card">
            <p class="dashboard-card-about" dir="auto">{dashboard.description}</p>
            <p class="dashboard-card-period">{tr(period)} " · " {range}</p>
            <ul class="dashboard-card-figures">{kpis}</ul>
            <OpenDashboard link/>
        </div>
    }
    .into_any()
}

fn kpi_item(kpi: KpiValue, currency: String) -> impl IntoView {
    let locale = use_locale();
    let KpiValue { name, value, format, health, .. } = kpi;
    let formatted = move || match value {
        Some(value) => formats::format_short_value(locale.get(), value, format, Some(&currency)),
        None => formats::NO_VALUE.to_owned(),
    };
    view! {
        <li>
            <span class="dashboard-card-name" dir="auto">{name}</span>
            <span class="dashboard-card-value">{formatted}</span>
            <HealthBadge health/>
        </li>
    }
}
