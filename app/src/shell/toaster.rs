//! Where notices appear.

use crate::{
    state::{Toast, ToastTone, tr, use_toasts},
    ui::{Button, Glyph, Icon, IconButton, Look},
};
use leptos::prelude::*;
use penny_words::keys;

/// Shows the notices and reads them aloud.
#[component]
pub(crate) fn Toaster() -> impl IntoView {
    let toasts = use_toasts();
    let hold = move |is_held: bool| toasts.is_held.set(is_held);
    view! {
        <section
            class="toaster"
            aria-label=tr(keys::UI_NOTIFICATIONS)
            on:pointerenter=move |_| hold(true)
            on:pointerleave=move |_| hold(false)
            on:focusin=move |_| hold(true)
            on:focusout=move |_| hold(false)
        >
            <div role="status" aria-live="polite" aria-relevant="additions">
                <For each=move || toasts.items.get() key=|toast| toast.id children=move |toast| toast_view(toast)/>
            </div>
        </section>
    }
    .into_any()
}

fn toast_view(toast: Toast) -> AnyView {
    let toasts = use_toasts();
    let (id, text) = (toast.id, toast.text);
    let (class, glyph) = match toast.tone {
        ToastTone::Plain => ("toast", None),
        ToastTone::Good => ("toast toast-good", Some(Glyph::CircleCheck)),
        ToastTone::Bad => ("toast toast-bad", Some(Glyph::CircleAlert)),
    };
    let action = toast.action.map(|action| {
        let press = move |_| {
            action.run.run(());
            toasts.is_held.set(false);
            toasts.dismiss(id);
        };
        view! { <Button look=Look::Link on_press=press>{action.label}</Button> }
    });
    let dismiss = move |_| {
        toasts.is_held.set(false);
        toasts.dismiss(id);
    };
    view! {
        <div class=class>
            {glyph.map(|glyph| view! { <Icon glyph=glyph/> })}
            <span class="toast-text" dir="auto">{text}</span>
            {action}
            <IconButton glyph=Glyph::X label=tr(keys::UI_DISMISS) on_press=dismiss/>
        </div>
    }
    .into_any()
}
