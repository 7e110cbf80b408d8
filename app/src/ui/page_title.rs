use leptos::{prelude::*, text_prop::TextProp};
use leptos_meta::Title;

/// Title of the page that was rendered last. The layout provides it and announces it to screen readers.
#[derive(Debug, Clone, Copy)]
pub struct CurrentPageTitle(pub RwSignal<String>);

/// Sets the document title.
#[component]
pub fn PageTitle(#[prop(into)] text: TextProp) -> impl IntoView {
    if let Some(CurrentPageTitle(title)) = use_context() {
        let text = text.clone();
        Effect::new(move |_| title.set(untrack(|| text.get().to_string())));
    }
    // The server writes the title after the page's signals are disposed: it needs the text, not a function that
    // reads signals.
    let text = if cfg!(feature = "ssr") { untrack(|| text.get().to_string()).into() } else { text };
    view! { <Title text/> }
}
