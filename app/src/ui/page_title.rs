use leptos::{prelude::*, text_prop::TextProp};
use leptos_meta::Title;

/// The page's name, in the window's title.
#[component]
pub fn PageTitle(
    /// The name; in the browser it may change.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    // The server writes the title once the page is drawn and its signals are gone: it is handed the
    // words, not what would read them.
    let text = if cfg!(feature = "ssr") { untrack(|| text.get().to_string()).into() } else { text };
    view! { <Title text/> }
}
