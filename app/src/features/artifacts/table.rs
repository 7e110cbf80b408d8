//! A table one can sort, its head always in sight.

use super::{
    cell,
    state::{self, Sorting},
};
use crate::{
    state::{tr_with, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_types::artifacts::{TableColumn, TableContent};
use penny_words::keys;
use std::sync::Arc;

/// How many rows are drawn at most; exports have all.
const MAX_ROWS: usize = 500;

/// A table.
#[component]
pub fn DataTable(
    /// The rows.
    table: Arc<TableContent>,
    /// Its name.
    #[prop(into)]
    title: Signal<String>,
    /// ISO 4217 code of its amounts.
    #[prop(optional_no_strip)]
    currency: Option<String>,
) -> impl IntoView {
    let sorting = RwSignal::new(None::<Sorting>);
    let heads = table.columns.iter().enumerate().map(|(at, column)| head(at, column, sorting)).collect_view();
    let total = table.rows.len();
    let label = tr_with(keys::ARTIFACT_TABLE_LABEL, move || [("title", title.get())]);
    view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=label>
            <table class="data-table">
                <thead><tr>{heads}</tr></thead>
                <Rows table sorting currency/>
            </table>
        </div>
        {(total > MAX_ROWS).then(|| view! {
            <p class="table-more">
                {tr_with(keys::ARTIFACT_ROWS_SHOWN, move || [("shown", MAX_ROWS.to_string()), ("total", total.to_string())])}
            </p>
        })}
    }
    .into_any()
}

fn head(at: usize, column: &TableColumn, sorting: RwSignal<Option<Sorting>>) -> AnyView {
    let is_figure = cell::is_figure(column.format);
    let here = move || sorting.get().filter(|sorting| sorting.column == at);
    let direction = move || match here() {
        Some(sorting) if sorting.is_descending => "descending",
        Some(_) => "ascending",
        None => "none",
    };
    let mark = move || {
        here().map(|sorting| {
            let glyph = if sorting.is_descending { Glyph::ChevronDown } else { Glyph::ChevronUp };
            view! { <Icon glyph=glyph/> }
        })
    };
    view! {
        <th scope="col" class:figure=is_figure aria-sort=direction>
            <button
                type="button"
                on:click=move |_| sorting.update(|now| *now = Sorting::press(*now, at, is_figure))
            >
                <span>{column.name.clone()}</span>
                {mark}
            </button>
        </th>
    }
    .into_any()
}

#[component]
fn Rows(
    table: Arc<TableContent>,
    sorting: RwSignal<Option<Sorting>>,
    currency: Option<String>,
) -> impl IntoView {
    let locale = use_locale();
    let rows = move || {
        let (locale, order) = (locale.get(), state::sorted(&table, sorting.get()));
        order
            .into_iter()
            .take(MAX_ROWS)
            .map(|row| {
                let cells = state::written_row(&table, row, locale, currency.as_deref());
                let cells = table
                    .columns
                    .iter()
                    .zip(cells)
                    .map(|(column, cell)| {
                        view! { <td class:figure=cell::is_figure(column.format) dir="auto">{cell}</td> }
                    })
                    .collect_view();
                view! { <tr>{cells}</tr> }
            })
            .collect_view()
    };
    view! { <tbody>{rows}</tbody> }
}
