use leptos::{prelude::*, text_prop::TextProp};

/// A single-line text input with label, hint and validation error.
#[component]
pub fn TextField(
    /// DOM id, unique on the page.
    id: &'static str,
    /// Name of the form field.
    #[prop(optional)]
    name: &'static str,
    #[prop(into)] label: TextProp,
    /// `text`, `email`, `password` or `search`.
    #[prop(default = "text".into(), into)]
    kind: Signal<&'static str>,
    /// Autofill token (HTML, section 4.10.18.7).
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The value; without one the browser holds it.
    #[prop(optional, into)]
    value: Option<RwSignal<String>>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional)] is_required: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = {
        let (hint_id, error_id, has_hint) = (hint_id.clone(), error_id.clone(), hint.is_some());
        move || match (error.with(Option::is_some), has_hint) {
            (true, _) => Some(error_id.clone()),
            (false, true) => Some(hint_id.clone()),
            (false, false) => None,
        }
    };
    view! {
        <div class="field">
            <label class="field-label" for=id>{move || label.get()}</label>
            <input
                class="input"
                id=id
                name=name
                r#type=move || kind.get()
                autocomplete=autocomplete
                required=is_required
                autofocus=autofocus
                dir="auto"
                prop:value=move || value.map(|value| value.get())
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described_by
                on:input=move |event| {
                    if let Some(value) = value {
                        value.set(event_target_value(&event));
                    }
                }
            />
            {hint.map(|hint| view! { <p class="field-hint" id=hint_id>{move || hint.get()}</p> })}
            {move || error.get().map(|error| view! { <p class="field-error" id=error_id.clone()>{error}</p> })}
        </div>
    }
    .into_any()
}
