use super::{Glyph, IconButton};
use crate::state::tr;
use leptos::{html, prelude::*, text_prop::TextProp};
use penny_words::keys;

/// A window over the page. The browser keeps the focus in it, makes the rest inert, closes it on
/// Escape and gives the focus back.
#[component]
pub fn Dialog(
    /// Whether it is open.
    is_open: RwSignal<bool>,
    /// What it is about, shown on top and read aloud.
    #[prop(into)]
    title: TextProp,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
    /// Leaves out the title line; the title is still read aloud.
    #[prop(optional)]
    is_bare: bool,
    /// What is in it, made each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let is_open = is_open.get();
        let Some(dialog) = element.get() else { return };
        if is_open && !dialog.open() {
            // Refused only for a dialog that is open or not on the page.
            let _ = dialog.show_modal();
        } else if !is_open && dialog.open() {
            dialog.close();
        }
    });
    let name = title.clone();
    let heading = move || {
        let title = title.clone();
        (!is_bare).then(|| {
            view! {
                <header class="dialog-header">
                    <h2>{move || title.get()}</h2>
                    <IconButton glyph=Glyph::X label=tr(keys::UI_CLOSE) on_press=move |_| is_open.set(false)/>
                </header>
            }
        })
    };
    // A press that begins and ends on the backdrop closes it; one that only ends there was a selection.
    let began_outside = StoredValue::new(false);
    let is_backdrop = move |event: &web_sys::MouseEvent| {
        event.target().is_some_and(|target| {
            element.get_untracked().is_some_and(|dialog| {
                let dialog: &web_sys::EventTarget = dialog.as_ref();
                *dialog == target
            })
        })
    };
    view! {
        <dialog
            node_ref=element
            class=format!("dialog {class}")
            aria-label=move || name.get()
            on:close=move |_| is_open.set(false)
            on:mousedown=move |event| began_outside.set_value(is_backdrop(&event))
            on:click=move |event| {
                if began_outside.get_value() && is_backdrop(&event) {
                    is_open.set(false);
                }
            }
        >
            <Show when=move || is_open.get()>
                <div class="dialog-body">{heading()} {children()}</div>
            </Show>
        </dialog>
    }
    .into_any()
}
