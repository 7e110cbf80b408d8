//! A chart, rendered by a lazily loaded library, with its data as an accessible table.

use super::{dashboard_card::OpenDashboard, state, table::DataTable};
use crate::{
    state::{tr, use_js_modules, use_locale},
    ui::{Button, ButtonVariant, Glyph},
};
use leptos::{html, prelude::*, task::spawn_local};
use penny_i18n::keys;
use penny_types::artifacts::ChartContent;
use send_wrapper::SendWrapper;
use serde_json::json;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};

/// Handle of a rendered chart, for exporting it. Empty until the chart is rendered.
#[derive(Clone, Copy)]
pub struct ChartHandle(StoredValue<Option<SendWrapper<JsValue>>>);

impl ChartHandle {
    #[must_use]
    pub fn new() -> Self {
        Self(StoredValue::new(None))
    }

    /// Calls an export method of the chart: `png` returns a data URL, `svg` the SVG source.
    #[must_use]
    pub fn export(self, method: &str) -> Option<String> {
        self.0.try_with_value(|chart| call(chart.as_ref()?, method)?.as_string()).flatten()
    }

    fn set(self, chart: JsValue) {
        self.clear();
        let _ = self.0.try_set_value(Some(SendWrapper::new(chart)));
    }

    fn clear(self) {
        if let Some(chart) = self.0.try_update_value(Option::take).flatten() {
            let _ = call(&chart, "dispose");
        }
    }
}

fn call(object: &JsValue, method: &str) -> Option<JsValue> {
    let function = js_sys::Reflect::get(object, &method.into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
    function.call0(object).ok()
}

/// A chart with a button to show its data as a table.
#[component]
pub fn Chart(
    content: Arc<ChartContent>,
    /// ISO 4217 code of currency values.
    #[prop(optional, into)]
    currency: Option<String>,
    /// Receives the rendered chart.
    #[prop(optional)]
    handle: Option<ChartHandle>,
    #[prop(into)] title: Signal<String>,
) -> impl IntoView {
    let handle = handle.unwrap_or_else(ChartHandle::new);
    let shows_table = RwSignal::new(false);
    let link = content.dashboard.clone();
    let content = StoredValue::new(content);
    let currency = StoredValue::new(currency);
    let (as_table, as_chart) = (tr(keys::ARTIFACT_AS_TABLE), tr(keys::ARTIFACT_AS_CHART));
    let glyph = move || if shows_table.get() { Glyph::ChartColumn } else { Glyph::Table };
    view! {
        <div class="chart">
            {move || if shows_table.get() {
                let table = content.with_value(|content| Arc::new(content.table.clone()));
                view! { <DataTable table title currency=currency.get_value()/> }.into_any()
            } else {
                view! { <ChartCanvas content=content.get_value() currency=currency.get_value() handle/> }.into_any()
            }}
            <p class="chart-foot">
                <span class="chart-summary" dir="auto">{content.with_value(|content| content.summary.clone())}</span>
                <span class="chart-ways">
                    {move || view! {
                        <Button variant=ButtonVariant::Quiet class="chart-switch" glyph=glyph() on_press=move |_| shows_table.update(|shows| *shows = !*shows)>
                            {move || if shows_table.get() { as_chart() } else { as_table() }}
                        </Button>
                    }}
                    {link.map(|link| view! { <OpenDashboard link class="button chart-open"/> })}
                </span>
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn ChartCanvas(content: Arc<ChartContent>, currency: Option<String>, handle: ChartHandle) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let modules = use_js_modules();
    let locale = use_locale();
    let has_failed = RwSignal::new(false);
    let summary = content.summary.clone();
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let settings = json!({
            "locale": locale.get().as_str(),
            "currency": currency,
            "formats": state::series_formats(&content.table),
        });
        let option = content.option.to_string();
        spawn_local(async move {
            let mounted = match modules.load("echarts").await {
                Ok(module) if element.is_connected() => {
                    mount(&module, &element, &option, &settings.to_string())
                }
                Ok(_) => return,
                Err(error) => Err(error),
            };
            match mounted {
                Ok(chart) => handle.set(chart),
                Err(error) => {
                    leptos::logging::error!("the chart could not be rendered: {error:?}");
                    let _ = has_failed.try_set(true);
                }
            }
        });
    });
    on_cleanup(move || handle.clear());
    view! {
        <div class="chart-frame">
            <div class="chart-canvas" node_ref=element role="img" aria-label=summary></div>
            {move || has_failed.get().then(|| view! { <p class="chart-failed" role="alert">{tr(keys::ARTIFACT_FAILED)}</p> })}
        </div>
    }
    .into_any()
}

fn mount(module: &JsValue, element: &JsValue, option: &str, settings: &str) -> Result<JsValue, JsValue> {
    let function = js_sys::Reflect::get(module, &"mount".into())?.dyn_into::<js_sys::Function>()?;
    function.call3(module, element, &option.into(), &settings.into())
}
