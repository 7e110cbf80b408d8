//! A dashboard in a conversation: its key figures as they were, and the way to the living one.

use crate::{
    features::dashboards::{HealthMark, encoded, period_key},
    state::{tr, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use leptos_router::components::A;
use penny_types::{
    artifacts::DashboardContent,
    dashboards::{DashboardView, KpiValue, Unit},
};
use penny_words::keys;

/// How many figures a card shows.
const FIGURES: usize = 4;

/// Returns the address of a dashboard with the filters it was shown with.
#[must_use]
pub fn dashboard_address(dashboard: &DashboardView) -> String {
    let mut address = format!("/d/{}?period={}", dashboard.slug, dashboard.period);
    if let Some(id) = dashboard.unit_id.as_ref().filter(|_| dashboard.unit != Unit::Company) {
        address.push_str(&format!("&unit={}&id={}", dashboard.unit, encoded(id)));
    }
    address
}

/// A dashboard's card.
#[component]
pub fn DashboardCard(content: DashboardContent) -> impl IntoView {
    let DashboardContent { dashboard, .. } = content;
    let address = dashboard_address(&dashboard);
    let locale = use_locale();
    let period = period_key(dashboard.period);
    let (from, to) = (dashboard.from, dashboard.to);
    let range = move || super::format::day_range(locale.get(), from, to);
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
            <A href=address attr:class="button button-primary">
                <Icon glyph=Glyph::LayoutDashboard/>
                {tr(keys::DASHBOARD_OPEN)}
            </A>
        </div>
    }
    .into_any()
}

fn figure(kpi: KpiValue, currency: String) -> impl IntoView {
    let locale = use_locale();
    let KpiValue { name, value, format, health, .. } = kpi;
    let written = move || match value {
        Some(value) => super::format::short_figure(locale.get(), value, format, Some(&currency)),
        None => super::format::NOTHING.to_owned(),
    };
    view! {
        <li>
            <span class="dashboard-card-name" dir="auto">{name}</span>
            <span class="dashboard-card-value">{written}</span>
            <HealthMark health/>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDate};
    use penny_types::{DashboardId, dashboards::Period};

    #[test]
    fn the_address_carries_the_filters_and_nothing_that_breaks_out_of_it() {
        let dashboard = DashboardView {
            id: DashboardId(uuid::Uuid::from_u128(1)),
            slug: "company-health".to_owned(),
            title: String::new(),
            description: String::new(),
            period: Period::Qtd,
            unit: Unit::Bu,
            unit_id: Some("a b&c=ñ".to_owned()),
            from: NaiveDate::default(),
            to: NaiveDate::default(),
            business_units: Vec::new(),
            projects: Vec::new(),
            currency: "EUR".to_owned(),
            widgets: Vec::new(),
            as_of: DateTime::UNIX_EPOCH,
        };
        assert_eq!(
            dashboard_address(&dashboard),
            "/d/company-health?period=QTD&unit=bu&id=a%20b%26c%3D%C3%B1"
        );
    }
}
