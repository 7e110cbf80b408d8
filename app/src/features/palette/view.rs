//! The palette dialog with its input (WAI-ARIA: combobox with a list box). The code of the list is loaded separately.

use super::{
    PaletteState,
    input_state::{PaletteInputState, option_id},
    list::palette_list,
};
use crate::{
    state::tr,
    ui::{Dialog, Glyph, Icon, lazy_view},
};
use leptos::{ev::KeyboardEvent, prelude::*};
use penny_i18n::keys;

/// The palette dialog.
#[component]
pub(crate) fn Palette() -> impl IntoView {
    let Some(PaletteState(is_open)) = use_context::<PaletteState>() else { return ().into_any() };
    view! {
        <Dialog is_open=is_open title=tr(keys::UI_PALETTE) class="palette" is_bare=true>
            <PaletteInput is_open/>
        </Dialog>
    }
    .into_any()
}

#[component]
fn PaletteInput(is_open: RwSignal<bool>) -> impl IntoView {
    let state = PaletteInputState {
        is_open,
        query: RwSignal::new(String::new()),
        selected: RwSignal::new(0),
        pending_keys: RwSignal::new(Vec::new()),
    };
    let PaletteInputState { query, selected, pending_keys, .. } = state;
    let on_key = move |event: KeyboardEvent| {
        let key = event.key();
        if matches!(key.as_str(), "ArrowDown" | "ArrowUp" | "PageDown" | "PageUp" | "Enter") {
            event.prevent_default();
            pending_keys.update(|keys| keys.push(key));
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
                aria-activedescendant=move || option_id(selected.get())
                aria-label=tr(keys::UI_PALETTE_PLACEHOLDER)
                placeholder=tr(keys::UI_PALETTE_PLACEHOLDER)
                prop:value=query
                on:input=move |event| query.set(event_target_value(&event))
                on:keydown=on_key
            />
        </div>
        {lazy_view(palette_list(state))}
        <p class="palette-hint">{tr(keys::UI_PALETTE_HINT)}</p>
    }
    .into_any()
}
