//! A Mermaid diagram, shown as an image, so that its content cannot run scripts in the page.

use crate::state::{tr, use_js_modules, use_preferences};
use leptos::{html, prelude::*, task::spawn_local};
use penny_i18n::keys;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

#[component]
pub fn MermaidDiagram(
    /// Mermaid source.
    text: String,
    /// Alternative text of the image.
    #[prop(into)]
    title: Signal<String>,
) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    let modules = use_js_modules();
    let scheme = use_preferences().scheme;
    let image = RwSignal::new(None::<Result<String, ()>>);
    let source = text.clone();
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        scheme.track();
        let text = text.clone();
        spawn_local(async move {
            let result = match modules.load("mermaid").await {
                Ok(module) => render_svg(&module, &element, &text).await,
                Err(error) => Err(error),
            };
            let _ = image.try_set(Some(result.map_err(drop)));
        });
    });
    let content = move || match image.get() {
        None => view! { <div class="skeleton skeleton-block"></div> }.into_any(),
        Some(Ok(svg)) => {
            let data_url = format!("data:image/svg+xml;charset=utf-8,{}", js_sys::encode_uri_component(&svg));
            view! { <img class="diagram-picture" src=data_url alt=title/> }.into_any()
        }
        Some(Err(())) => view! {
            <p role="alert">{tr(keys::ARTIFACT_FAILED)}</p>
            <pre tabindex="0">{source.clone()}</pre>
        }
        .into_any(),
    };
    view! { <div class="diagram" node_ref=element>{content}</div> }.into_any()
}

async fn render_svg(module: &JsValue, element: &JsValue, text: &str) -> Result<String, JsValue> {
    let function = js_sys::Reflect::get(module, &"draw".into())?.dyn_into::<js_sys::Function>()?;
    let promise = function.call2(module, element, &text.into())?.dyn_into::<js_sys::Promise>()?;
    let svg = JsFuture::from(promise).await?;
    svg.as_string().ok_or_else(|| JsValue::from_str("the module returned no SVG"))
}
