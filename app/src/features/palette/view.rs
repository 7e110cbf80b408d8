//! The palette's window (WAI-ARIA: combobox with a list box): the field, which is there at once.

use super::{
    PaletteState,
    field::{Field, line_id},
    lines::palette_lines,
};
use crate::{
    state::tr,
    ui::{Dialog, Glyph, Icon, later},
};
use leptos::{ev::KeyboardEvent, prelude::*};
use penny_words::keys;

/// The palette, over the page.
#[component]
pub(crate) fn Palette() -> impl IntoView {
    let Some(PaletteState(is_open)) = use_context::<PaletteState>() else { return ().into_any() };
    view! {
        <Dialog is_open=is_open title=tr(keys::UI_PALETTE) class="palette" is_bare=true>
            <PaletteField is_open/>
        </Dialog>
    }
    .into_any()
}

#[component]
fn PaletteField(is_open: RwSignal<bool>) -> impl IntoView {
    let field = Field {
        is_open,
        query: RwSignal::new(String::new()),
        at: RwSignal::new(0),
        pressed: RwSignal::new(Vec::new()),
    };
    let Field { query, at, pressed, .. } = field;
    let on_key = move |event: KeyboardEvent| {
        let key = event.key();
        if matches!(key.as_str(), "ArrowDown" | "ArrowUp" | "PageDown" | "PageUp" | "Enter") {
            event.prevent_default();
            pressed.update(|keys| keys.push(key));
        }
    };
    view! {
        <div class="palette-field">
            <Icon glyph=Glyph::Search/>
            <input
                id="palette-input"
                r#type="text"
                role="combobox"
                autofocus
                autocomplete="off"
                spellcheck="false"
                dir="auto"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-autocomplete="list"
                aria-activedescendant=move || line_id(at.get())
                aria-label=tr(keys::UI_PALETTE_PLACEHOLDER)
                placeholder=tr(keys::UI_PALETTE_PLACEHOLDER)
                prop:value=query
                on:input=move |event| query.set(event_target_value(&event))
                on:keydown=on_key
            />
        </div>
        {later(palette_lines(field))}
        <p class="palette-hint">{tr(keys::UI_PALETTE_HINT)}</p>
    }
    .into_any()
}
