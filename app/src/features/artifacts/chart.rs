//! A chart: drawn by a library that comes when the first chart is shown, with its figures as a table
//! for those who do not see it or want to read them.

use super::{dashboard_card::OpenDashboard, state, table::DataTable};
use crate::{
    state::{tr, use_locale, use_modules},
    ui::{Button, Glyph, Look},
};
use leptos::{html, prelude::*, task::spawn_local};
use penny_types::artifacts::ChartContent;
use penny_words::keys;
use send_wrapper::SendWrapper;
use serde_json::json;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};

/// A drawn chart, for taking its picture. Empty until it is drawn.
#[derive(Clone, Copy)]
pub struct Drawn(StoredValue<Option<SendWrapper<JsValue>>>);

impl Drawn {
    /// Makes an empty one.
    #[must_use]
    pub fn new() -> Self {
        Self(StoredValue::new(None))
    }

    /// Returns what a method of the drawing answers: `png` a data URL, `svg` text.
    #[must_use]
    pub fn picture(self, method: &str) -> Option<String> {
        self.0.try_with_value(|drawn| call(drawn.as_ref()?, method)?.as_string()).flatten()
    }

    fn put(self, drawn: JsValue) {
        self.clear();
        let _ = self.0.try_set_value(Some(SendWrapper::new(drawn)));
    }

    fn clear(self) {
        if let Some(before) = self.0.try_update_value(Option::take).flatten() {
            let _ = call(&before, "dispose");
        }
    }
}

fn call(object: &JsValue, method: &str) -> Option<JsValue> {
    let function = js_sys::Reflect::get(object, &method.into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
    function.call0(object).ok()
}

/// A chart and the switch to its figures.
#[component]
pub fn Chart(
    /// What to draw.
    content: Arc<ChartContent>,
    /// ISO 4217 code of its amounts.
    #[prop(optional, into)]
    currency: Option<String>,
    /// Where the drawing is put, for taking its picture.
    #[prop(optional)]
    drawn: Option<Drawn>,
    /// Its name, for the table.
    #[prop(into)]
    title: Signal<String>,
) -> impl IntoView {
    let drawn = drawn.unwrap_or_else(Drawn::new);
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
                view! { <Canvas content=content.get_value() currency=currency.get_value() drawn/> }.into_any()
            }}
            <p class="chart-foot">
                <span class="chart-summary" dir="auto">{content.with_value(|content| content.summary.clone())}</span>
                <span class="chart-ways">
                    {move || view! {
                        <Button look=Look::Quiet class="chart-switch" glyph=glyph() on_press=move |_| shows_table.update(|shows| *shows = !*shows)>
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
fn Canvas(content: Arc<ChartContent>, currency: Option<String>, drawn: Drawn) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let modules = use_modules();
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
            let handle = match modules.load("echarts").await {
                Ok(module) if element.is_connected() => {
                    mount(&module, &element, &option, &settings.to_string())
                }
                Ok(_) => return,
                Err(error) => Err(error),
            };
            match handle {
                Ok(handle) => drawn.put(handle),
                Err(error) => {
                    leptos::logging::error!("a chart could not be drawn: {error:?}");
                    let _ = has_failed.try_set(true);
                }
            }
        });
    });
    on_cleanup(move || drawn.clear());
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
