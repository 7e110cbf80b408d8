//! The toast area.

use crate::{
    state::{Toast, ToastTone, tr, use_toasts},
    ui::{Button, ButtonVariant, Glyph, Icon, IconButton},
};
use leptos::prelude::*;
use penny_i18n::keys;

/// Shows the toasts and announces them to screen readers.
#[component]
pub(crate) fn Toaster() -> impl IntoView {
    let toasts = use_toasts();
    let pause = move |is_paused: bool| toasts.is_paused.set(is_paused);
    view! {
        <section
            class="toaster"
            aria-label=tr(keys::UI_NOTIFICATIONS)
            on:pointerenter=move |_| pause(true)
            on:pointerleave=move |_| pause(false)
            on:focusin=move |_| pause(true)
            on:focusout=move |_| pause(false)
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
        ToastTone::Info => ("toast", None),
        ToastTone::Success => ("toast toast-good", Some(Glyph::CircleCheck)),
        ToastTone::Error => ("toast toast-bad", Some(Glyph::CircleAlert)),
    };
    let action = toast.action.map(|action| {
        let press = move |_| {
            action.run.run(());
            toasts.is_paused.set(false);
            toasts.dismiss(id);
        };
        view! { <Button variant=ButtonVariant::Link on_press=press>{action.label}</Button> }
    });
    let dismiss = move |_| {
        toasts.is_paused.set(false);
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
