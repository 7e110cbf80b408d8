//! A sortable table with a sticky header.

use super::{
    cell,
    state::{self, TableSort},
};
use crate::{
    state::{tr_with, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_i18n::keys;
use penny_types::artifacts::{TableColumn, TableContent};
use std::sync::Arc;

/// Maximum number of rendered rows; exports contain all rows.
const MAX_ROWS: usize = 500;

#[component]
pub fn DataTable(
    table: Arc<TableContent>,
    #[prop(into)] title: Signal<String>,
    /// ISO 4217 code of currency columns.
    #[prop(optional_no_strip)]
    currency: Option<String>,
) -> impl IntoView {
    let sort = RwSignal::new(None::<TableSort>);
    let headers =
        table.columns.iter().enumerate().map(|(index, column)| header(index, column, sort)).collect_view();
    let total = table.rows.len();
    let label = tr_with(keys::ARTIFACT_TABLE_LABEL, move || [("title", title.get())]);
    view! {
        <div class="table-frame" tabindex="0" role="group" aria-label=label>
            <table class="data-table">
                <thead><tr>{headers}</tr></thead>
                <TableRows table sort currency/>
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

fn header(index: usize, column: &TableColumn, sort: RwSignal<Option<TableSort>>) -> AnyView {
    let is_numeric = cell::is_numeric(column.format);
    let column_sort = move || sort.get().filter(|sort| sort.column == index);
    let direction = move || match column_sort() {
        Some(sort) if sort.is_descending => "descending",
        Some(_) => "ascending",
        None => "none",
    };
    let mark = move || {
        column_sort().map(|sort| {
            let glyph = if sort.is_descending { Glyph::ChevronDown } else { Glyph::ChevronUp };
            view! { <Icon glyph=glyph/> }
        })
    };
    view! {
        <th scope="col" class:figure=is_numeric aria-sort=direction>
            <button
                type="button"
                on:click=move |_| sort.update(|sort| *sort = TableSort::toggle(*sort, index, is_numeric))
            >
                <span>{column.name.clone()}</span>
                {mark}
            </button>
        </th>
    }
    .into_any()
}

#[component]
fn TableRows(
    table: Arc<TableContent>,
    sort: RwSignal<Option<TableSort>>,
    currency: Option<String>,
) -> impl IntoView {
    let locale = use_locale();
    let rows = move || {
        let (locale, order) = (locale.get(), state::sorted_rows(&table, sort.get()));
        order
            .into_iter()
            .take(MAX_ROWS)
            .map(|row| {
                let cells = state::formatted_row(&table, row, locale, currency.as_deref());
                let cells = table
                    .columns
                    .iter()
                    .zip(cells)
                    .map(|(column, cell)| {
                        view! { <td class:figure=cell::is_numeric(column.format) dir="auto">{cell}</td> }
                    })
                    .collect_view();
                view! { <tr>{cells}</tr> }
            })
            .collect_view()
    };
    view! { <tbody>{rows}</tbody> }
}
