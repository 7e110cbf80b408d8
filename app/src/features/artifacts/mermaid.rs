//! A diagram from Mermaid text. It is shown as a picture, so nothing in it can act on the page.

use crate::state::{tr, use_modules, use_preferences};
use leptos::{html, prelude::*, task::spawn_local};
use penny_words::keys;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A diagram.
#[component]
pub fn Diagram(
    /// The Mermaid text.
    text: String,
    /// Its name.
    #[prop(into)]
    title: Signal<String>,
) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let modules = use_modules();
    let scheme = use_preferences().scheme;
    let picture = RwSignal::new(None::<Result<String, ()>>);
    let source = text.clone();
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        scheme.track();
        let text = text.clone();
        spawn_local(async move {
            let drawn = match modules.load("mermaid").await {
                Ok(module) => draw(&module, &element, &text).await,
                Err(error) => Err(error),
            };
            let _ = picture.try_set(Some(drawn.map_err(drop)));
        });
    });
    let shown = move || match picture.get() {
        None => view! { <div class="skeleton skeleton-block"></div> }.into_any(),
        Some(Ok(svg)) => {
            let address = format!("data:image/svg+xml;charset=utf-8,{}", js_sys::encode_uri_component(&svg));
            view! { <img class="diagram-picture" src=address alt=title/> }.into_any()
        }
        Some(Err(())) => view! {
            <p role="alert">{tr(keys::ARTIFACT_FAILED)}</p>
            <pre tabindex="0">{source.clone()}</pre>
        }
        .into_any(),
    };
    view! { <div class="diagram" node_ref=element>{shown}</div> }.into_any()
}

async fn draw(module: &JsValue, element: &JsValue, text: &str) -> Result<String, JsValue> {
    let function = js_sys::Reflect::get(module, &"draw".into())?.dyn_into::<js_sys::Function>()?;
    let promise = function.call2(module, element, &text.into())?.dyn_into::<js_sys::Promise>()?;
    let svg = JsFuture::from(promise).await?;
    svg.as_string().ok_or_else(|| JsValue::from_str("no picture"))
}
