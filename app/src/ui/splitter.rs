use super::dom;
use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
    text_prop::TextProp,
};

/// How far one press of an arrow key moves it.
const STEP_PX: u32 = 24;

/// Which pane grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The pane to the left of the line.
    Left,
    /// The pane to the right of the line.
    Right,
}

/// A line between two panes that moves by pointer or arrow keys (WAI-ARIA: window splitter).
#[component]
pub fn Splitter(
    /// What is resized.
    #[prop(into)]
    label: TextProp,
    /// Which pane grows.
    side: Side,
    /// The pane's width, CSS pixels.
    width_px: RwSignal<u32>,
    /// The root's CSS variable that holds the width.
    variable: &'static str,
    /// The smallest and the largest width.
    bounds_px: (u32, u32),
    /// The width a double click gives.
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
            // Without the capture it still moves while the pointer is over it.
            let _ = line.set_pointer_capture(event.pointer_id());
        }
        event.prevent_default();
        start.set(Some((event.client_x(), width_px.get_untracked())));
    };
    let on_move = move |event: PointerEvent| {
        if let Some((from, width)) = start.get_untracked() {
            let moved = event.client_x() - from;
            let grown = if side == Side::Left { moved } else { -moved };
            resize(width.saturating_add_signed(grown));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let width = width_px.get_untracked();
        let grows = if side == Side::Left { "ArrowRight" } else { "ArrowLeft" };
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
