//! A widget on the grid, drawn as its kind asks for; one that failed says why and leaves the others alone.

use super::kpi::KpiCard;
use crate::{
    features::{
        artifacts::{Chart, DataTable},
        chat::markdown::{Labels, render},
    },
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_types::{
    artifacts::{ChartContent, TableContent},
    dashboards::{WidgetKind, WidgetView},
};
use penny_words::keys;
use std::sync::Arc;

/// A widget.
#[component]
pub fn Widget(
    /// What it shows.
    widget: WidgetView,
    /// ISO 4217 code of amounts.
    currency: String,
) -> impl IntoView {
    let WidgetView { kind, title, columns, kpi, content, error, .. } = widget;
    let class = format!("widget widget-{kind} span-{}", columns.clamp(1, 12));
    if let Some(error) = error {
        return framed(class, title, failed(error));
    }
    match (kind, kpi, content) {
        (WidgetKind::Kpi, Some(kpi), _) => {
            view! { <div class=class><KpiCard kpi currency/></div> }.into_any()
        }
        (WidgetKind::Chart, _, Some(content)) => match crate::api::read_value::<ChartContent>(&content) {
            Ok(chart) => {
                let name = title.clone();
                let name = Signal::derive(move || name.clone());
                let drawing = view! { <Chart content=Arc::new(chart) currency title=name/> };
                framed(class, title, drawing.into_any())
            }
            Err(_) => framed(class, title, nothing()),
        },
        (WidgetKind::Table, _, Some(content)) => match crate::api::read_value::<TableContent>(&content) {
            Ok(table) if !table.rows.is_empty() => {
                let name = title.clone();
                let name = Signal::derive(move || name.clone());
                let drawing = view! { <DataTable table=Arc::new(table) currency=Some(currency) title=name/> };
                framed(class, title, drawing.into_any())
            }
            _ => framed(class, title, nothing()),
        },
        (WidgetKind::Text, _, Some(serde_json::Value::String(text))) => {
            let words = view! { <div class="md" inner_html=render(&text, &Labels::default())></div> };
            framed(class, title, words.into_any())
        }
        _ => framed(class, title, nothing()),
    }
}

fn framed(class: String, title: String, content: AnyView) -> AnyView {
    view! {
        <section class=class>
            <div class="widget-frame">
                <h2 class="widget-title" dir="auto">{title}</h2>
                {content}
            </div>
        </section>
    }
    .into_any()
}

fn failed(error: String) -> AnyView {
    view! { <p class="widget-fault" role="alert"><Icon glyph=Glyph::TriangleAlert/>{error}</p> }.into_any()
}

fn nothing() -> AnyView {
    view! { <p class="widget-empty">{tr(keys::DASHBOARD_WIDGET_EMPTY)}</p> }.into_any()
}
