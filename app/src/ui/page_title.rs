use leptos::{prelude::*, text_prop::TextProp};
use leptos_meta::Title;

/// Where one has come to: the name of the page that was drawn last. Provided by the frame of the page,
/// which says it aloud.
#[derive(Debug, Clone, Copy)]
pub struct PageName(pub RwSignal<String>);

/// The page's name, in the window's title.
#[component]
pub fn PageTitle(
    /// The name; in the browser it may change.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    if let Some(PageName(name)) = use_context() {
        let text = text.clone();
        Effect::new(move |_| name.set(untrack(|| text.get().to_string())));
    }
    // The server writes the title once the page is drawn and its signals are gone: it is handed the
    // words, not what would read them.
    let text = if cfg!(feature = "ssr") { untrack(|| text.get().to_string()).into() } else { text };
    view! { <Title text/> }
}
