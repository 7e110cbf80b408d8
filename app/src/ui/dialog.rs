use super::{Glyph, IconButton};
use crate::state::tr;
use leptos::{html, prelude::*, text_prop::TextProp};
use penny_i18n::keys;

/// A modal dialog. The browser traps the focus, makes the rest of the page inert, closes it on Escape and restores
/// the focus.
#[component]
pub fn Dialog(
    is_open: RwSignal<bool>,
    /// The heading and accessible name.
    #[prop(into)]
    title: TextProp,
    /// Additional CSS classes.
    #[prop(optional)]
    class: &'static str,
    /// Hides the header; the title remains the accessible name.
    #[prop(optional)]
    is_bare: bool,
    /// The content, created each time the dialog opens.
    children: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let is_open = is_open.get();
        let Some(dialog) = element.get() else { return };
        if is_open && !dialog.open() {
            // Fails only for a dialog that is open already or not in the document.
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
    // Only a click that starts and ends on the backdrop closes the dialog; one that only ends there is a selection.
    let started_on_backdrop = StoredValue::new(false);
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
            on:mousedown=move |event| started_on_backdrop.set_value(is_backdrop(&event))
            on:click=move |event| {
                if started_on_backdrop.get_value() && is_backdrop(&event) {
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
