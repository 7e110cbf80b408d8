//! The filters of a dashboard: period and part of the company.

use super::state::{choices, with_unit};
use crate::{
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_i18n::keys;
use penny_types::dashboards::{DashboardFilters, DashboardView, Period, Unit};

const PERIODS: [(Period, &str); 3] = [
    (Period::Mtd, keys::DASHBOARD_PERIOD_MTD),
    (Period::Qtd, keys::DASHBOARD_PERIOD_QTD),
    (Period::Ytd, keys::DASHBOARD_PERIOD_YTD),
];

const UNITS: [(Unit, &str); 3] = [
    (Unit::Company, keys::DASHBOARD_UNIT_COMPANY),
    (Unit::Bu, keys::DASHBOARD_UNIT_BU),
    (Unit::Project, keys::DASHBOARD_UNIT_PROJECT),
];

/// The filter controls.
#[component]
pub fn DashboardFilterBar(
    filters: Memo<DashboardFilters>,
    /// The dashboard, which lists the available units.
    view: RwSignal<DashboardView>,
    on_change: Callback<DashboardFilters>,
) -> impl IntoView {
    let on_unit_change = move |event| {
        if let Ok(unit) = event_target_value(&event).parse::<Unit>() {
            on_change.run(view.with_untracked(|view| with_unit(&filters.get_untracked(), unit, view)));
        }
    };
    let units = UNITS
        .iter()
        .map(|(unit, key)| {
            let unit = *unit;
            let is_available = move || unit == Unit::Company || view.with(|view| !choices(view, unit).is_empty());
            let is_selected = move || filters.with(|filters| filters.unit == unit);
            view! {
                <option value=unit.as_str() selected=is_selected prop:selected=is_selected disabled=move || !is_available()>{tr(key)}</option>
            }
        })
        .collect_view();
    view! {
        <div class="filters">
            <PeriodFilter filters on_change/>
            <span class="filter-select">
                <select aria-label=tr(keys::DASHBOARD_UNIT) on:change=on_unit_change>{units}</select>
                <Icon glyph=Glyph::ChevronsUpDown/>
            </span>
            <UnitSelect filters view on_change/>
        </div>
    }
    .into_any()
}

#[component]
fn PeriodFilter(filters: Memo<DashboardFilters>, on_change: Callback<DashboardFilters>) -> impl IntoView {
    let buttons = PERIODS
        .iter()
        .map(|(period, key)| {
            let period = *period;
            let is_selected = move || filters.with(|filters| filters.period == period);
            view! {
                <label class="segment" class:segment-chosen=is_selected>
                    <input
                        type="radio"
                        name="period"
                        value=period.as_str()
                        prop:checked=is_selected
                        on:change=move |_| {
                            on_change.run(DashboardFilters { period, ..filters.get_untracked() });
                        }
                    />
                    {tr(key)}
                </label>
            }
        })
        .collect_view();
    view! { <div class="segments" role="radiogroup" aria-label=tr(keys::DASHBOARD_PERIOD)>{buttons}</div> }
        .into_any()
}

/// Selects a business unit or project.
#[component]
fn UnitSelect(
    filters: Memo<DashboardFilters>,
    view: RwSignal<DashboardView>,
    on_change: Callback<DashboardFilters>,
) -> impl IntoView {
    let unit = Memo::new(move |_| filters.with(|filters| filters.unit));
    let available = Memo::new(move |_| view.with(|view| choices(view, unit.get()).to_vec()));
    let on_select = move |event| {
        let id = Some(event_target_value(&event));
        on_change.run(DashboardFilters { id, ..filters.get_untracked() });
    };
    let label = move || match unit.get() {
        Unit::Project => keys::DASHBOARD_WHICH_PROJECT,
        _ => keys::DASHBOARD_WHICH_BU,
    };
    move || {
        let options = available.get();
        (!options.is_empty()).then(|| {
            let options = options
                .into_iter()
                .map(|option| {
                    let value = option.id.clone();
                    let is_selected = move || filters.with(|filters| filters.id.as_ref() == Some(&option.id));
                    view! { <option value=value selected=is_selected.clone() prop:selected=is_selected>{option.name}</option> }
                })
                .collect_view();
            view! {
                <span class="filter-select">
                    <select aria-label=tr(label()) on:change=on_select>{options}</select>
                    <Icon glyph=Glyph::ChevronsUpDown/>
                </span>
            }
        })
    }
}
