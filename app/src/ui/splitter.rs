use super::dom;
use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
    text_prop::TextProp,
};

/// Change of the width per press of an arrow key.
const STEP_PX: u32 = 24;

/// The pane that a splitter resizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaneSide {
    Left,
    Right,
}

/// A separator that resizes a pane by pointer or arrow keys (WAI-ARIA: window splitter).
#[component]
pub fn Splitter(
    #[prop(into)] label: TextProp,
    side: PaneSide,
    width_px: RwSignal<u32>,
    /// CSS variable of the root element that holds the width.
    variable: &'static str,
    /// Minimum and maximum width.
    bounds_px: (u32, u32),
    /// Width after a double click or Enter.
    default_px: u32,
) -> impl IntoView {
    let line = NodeRef::<html::Div>::new();
    let start = RwSignal::new(None::<(i32, u32)>);
    let resize = move |px: u32| width_px.set(px.clamp(bounds_px.0, bounds_px.1));
    Effect::new(move |earlier: Option<u32>| {
        let px = width_px.get();
        if earlier.is_some_and(|earlier| earlier != px) {
            dom::set_root_property(variable, &format!("{px}px"));
        }
        px
    });
    let on_down = move |event: PointerEvent| {
        if let Some(line) = line.get_untracked() {
            // Without pointer capture, dragging works only while the pointer is over the separator.
            let _ = line.set_pointer_capture(event.pointer_id());
        }
        event.prevent_default();
        start.set(Some((event.client_x(), width_px.get_untracked())));
    };
    let on_move = move |event: PointerEvent| {
        if let Some((start_x, width)) = start.get_untracked() {
            let moved = event.client_x() - start_x;
            let grown = if side == PaneSide::Left { moved } else { -moved };
            resize(width.saturating_add_signed(grown));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let width = width_px.get_untracked();
        let grows = if side == PaneSide::Left { "ArrowRight" } else { "ArrowLeft" };
        let next = match event.key().as_str() {
            key if key == grows => width.saturating_add(STEP_PX),
            "ArrowLeft" | "ArrowRight" => width.saturating_sub(STEP_PX),
            "Home" => bounds_px.0,
            "End" => bounds_px.1,
            "Enter" => default_px,
            _ => return,
        };
        event.prevent_default();
        resize(next);
    };
    view! {
        <div
            node_ref=line
            class="splitter"
            class:is-dragged=move || start.with(Option::is_some)
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=move || label.get()
            aria-valuenow=move || width_px.get()
            aria-valuemin=bounds_px.0
            aria-valuemax=bounds_px.1
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=move |_| start.set(None)
            on:pointercancel=move |_| start.set(None)
            on:dblclick=move |_| resize(default_px)
            on:keydown=on_key
        ></div>
    }
    .into_any()
}
