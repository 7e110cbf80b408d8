//! A dashboard widget, rendered by kind. A failed widget shows its error and does not affect the others.

use super::kpi::KpiCard;
use crate::{
    features::{
        artifacts::{Chart, DataTable},
        chat::markdown::{MarkdownLabels, render},
    },
    state::tr,
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_i18n::keys;
use penny_types::{
    artifacts::{ChartContent, TableContent},
    dashboards::{WidgetKind, WidgetView},
};
use std::sync::Arc;

#[component]
pub fn Widget(
    widget: WidgetView,
    /// ISO 4217 code of currency values.
    currency: String,
) -> impl IntoView {
    let WidgetView { kind, title, columns, kpi, content, error, .. } = widget;
    let class = format!("widget widget-{kind} span-{}", columns.clamp(1, 12));
    if let Some(error) = error {
        return framed(class, title, error_view(error));
    }
    match (kind, kpi, content) {
        (WidgetKind::Kpi, Some(kpi), _) => {
            view! { <div class=class><KpiCard kpi currency/></div> }.into_any()
        }
        (WidgetKind::Chart, _, Some(content)) => match crate::api::read_value::<ChartContent>(&content) {
            Ok(chart) => {
                let name = title.clone();
                let name = Signal::derive(move || name.clone());
                let content = view! { <Chart content=Arc::new(chart) currency title=name/> };
                framed(class, title, content.into_any())
            }
            Err(_) => framed(class, title, empty_view()),
        },
        (WidgetKind::Table, _, Some(content)) => match crate::api::read_value::<TableContent>(&content) {
            Ok(table) if !table.rows.is_empty() => {
                let name = title.clone();
                let name = Signal::derive(move || name.clone());
                let content = view! { <DataTable table=Arc::new(table) currency=Some(currency) title=name/> };
                framed(class, title, content.into_any())
            }
            _ => framed(class, title, empty_view()),
        },
        (WidgetKind::Text, _, Some(serde_json::Value::String(text))) => {
            let content =
                view! { <div class="md" inner_html=render(&text, &MarkdownLabels::default())></div> };
            framed(class, title, content.into_any())
        }
        _ => framed(class, title, empty_view()),
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

fn error_view(error: String) -> AnyView {
    view! { <p class="widget-fault" role="alert"><Icon glyph=Glyph::TriangleAlert/>{error}</p> }.into_any()
}

fn empty_view() -> AnyView {
    view! { <p class="widget-empty">{tr(keys::DASHBOARD_WIDGET_EMPTY)}</p> }.into_any()
}
