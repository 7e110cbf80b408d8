use super::Glyph;
use leptos::prelude::*;

/// An icon beside a text. It is hidden from screen readers.
#[component]
pub fn Icon(
    #[prop(into)] glyph: Signal<Glyph>,
    /// Additional CSS classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg
            class=format!("icon {class}")
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=move || glyph.get().svg_elements()
        ></svg>
    }
    .into_any()
}
