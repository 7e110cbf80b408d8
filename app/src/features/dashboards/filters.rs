//! What a dashboard is about: which stretch of time, and which part of the company.

use super::state::{choices, with_unit};
use crate::{
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_types::dashboards::{DashboardFilters, DashboardView, Period, Unit};
use penny_words::keys;

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

/// The filters, as controls.
#[component]
pub fn Filters(
    /// How they stand.
    filters: Memo<DashboardFilters>,
    /// The dashboard, for what one can pick.
    view: RwSignal<DashboardView>,
    /// Called with what they should be.
    on_change: Callback<DashboardFilters>,
) -> impl IntoView {
    let pick_unit = move |event| {
        if let Ok(unit) = event_target_value(&event).parse::<Unit>() {
            on_change.run(view.with_untracked(|view| with_unit(&filters.get_untracked(), unit, view)));
        }
    };
    let units = UNITS
        .iter()
        .map(|(unit, key)| {
            let unit = *unit;
            let is_there = move || unit == Unit::Company || view.with(|view| !choices(view, unit).is_empty());
            let is_selected = move || filters.with(|filters| filters.unit == unit);
            view! {
                <option value=unit.as_str() selected=is_selected prop:selected=is_selected disabled=move || !is_there()>{tr(key)}</option>
            }
        })
        .collect_view();
    view! {
        <div class="filters">
            <Periods filters on_change/>
            <span class="filter-select">
                <select aria-label=tr(keys::DASHBOARD_UNIT) on:change=pick_unit>{units}</select>
                <Icon glyph=Glyph::ChevronsUpDown/>
            </span>
            <Which filters view on_change/>
        </div>
    }
    .into_any()
}

#[component]
fn Periods(filters: Memo<DashboardFilters>, on_change: Callback<DashboardFilters>) -> impl IntoView {
    let buttons = PERIODS
        .iter()
        .map(|(period, key)| {
            let period = *period;
            let is_chosen = move || filters.with(|filters| filters.period == period);
            view! {
                <label class="segment" class:segment-chosen=is_chosen>
                    <input
                        type="radio"
                        name="period"
                        value=period.as_str()
                        prop:checked=is_chosen
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

/// Picks among the business units or the projects.
#[component]
fn Which(
    filters: Memo<DashboardFilters>,
    view: RwSignal<DashboardView>,
    on_change: Callback<DashboardFilters>,
) -> impl IntoView {
    let unit = Memo::new(move |_| filters.with(|filters| filters.unit));
    let offered = Memo::new(move |_| view.with(|view| choices(view, unit.get()).to_vec()));
    let pick = move |event| {
        let id = Some(event_target_value(&event));
        on_change.run(DashboardFilters { id, ..filters.get_untracked() });
    };
    let label = move || match unit.get() {
        Unit::Project => keys::DASHBOARD_WHICH_PROJECT,
        _ => keys::DASHBOARD_WHICH_BU,
    };
    move || {
        let options = offered.get();
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
                    <select aria-label=tr(label()) on:change=pick>{options}</select>
                    <Icon glyph=Glyph::ChevronsUpDown/>
                </span>
            }
        })
    }
}
