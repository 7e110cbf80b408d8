use super::{Glyph, Icon, IconButton, dom};
use leptos::{ev::KeyboardEvent, html, prelude::*, text_prop::TextProp};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Minimum distance between a menu and the window's edge, CSS pixels.
const MARGIN_PX: f64 = 8.0;

#[derive(Clone)]
pub struct MenuItem {
    pub label: TextProp,
    pub glyph: Glyph,
    /// Whether the action is destructive.
    pub is_danger: bool,
    pub run: Callback<()>,
}

impl MenuItem {
    pub fn new(glyph: Glyph, label: impl Into<TextProp>, run: impl Fn() + Send + Sync + 'static) -> Self {
        Self { label: label.into(), glyph, is_danger: false, run: Callback::new(move |()| run()) }
    }

    /// Marks the action as destructive.
    #[must_use]
    pub const fn danger(mut self) -> Self {
        self.is_danger = true;
        self
    }
}

/// An icon button that opens a menu (WAI-ARIA: menu button).
#[component]
pub fn Menu(
    #[prop(into)] label: TextProp,
    #[prop(default = Glyph::Ellipsis)] glyph: Glyph,
    /// Creates the items when the menu opens.
    items: impl Fn() -> Vec<MenuItem> + Send + Sync + 'static,
    /// Additional CSS classes of the button.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let anchor = NodeRef::<html::Span>::new();
    let layer = NodeRef::<html::Div>::new();
    let list = NodeRef::<html::Div>::new();
    let items = StoredValue::new(items);
    Effect::new(move |_| {
        if let (true, Some(anchor), Some(list)) = (is_open.get(), anchor.get(), list.get()) {
            // In the top layer no ancestor clips the menu. Fails only when it is shown already.
            if let Some(layer) = layer.get() {
                let _ = layer.show_popover();
            }
            position_menu(&anchor, &list);
            move_focus(&list, FocusMove::First);
        }
    });
    let close = move |restores_focus: bool| {
        is_open.set(false);
        if restores_focus
            && let Some(button) =
                anchor.get_untracked().and_then(|anchor| anchor.query_selector("button").ok().flatten())
            && let Ok(button) = button.dyn_into::<HtmlElement>()
        {
            // A removed button leaves the focus unchanged.
            let _ = button.focus();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let focus_move = match event.key().as_str() {
            "ArrowDown" => FocusMove::Next,
            "ArrowUp" => FocusMove::Previous,
            "Home" => FocusMove::First,
            "End" => FocusMove::Last,
            "Escape" | "Tab" => {
                event.stop_propagation();
                event.prevent_default();
                return close(true);
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(list) = list.get_untracked() {
            move_focus(&list, focus_move);
        }
    };
    let menu_label = label.clone();
    view! {
        <span class="menu" node_ref=anchor>
            <IconButton
                glyph=glyph
                label=label
                class=class
                is_expanded=is_open
                on_press=move |_| is_open.update(|open| *open = !*open)
            />
            <Show when=move || is_open.get()>
                <div class="menu-layer" popover="manual" node_ref=layer on:click=move |_| close(true)>
                    <div
                        class="menu-list"
                        role="menu"
                        node_ref=list
                        aria-label={
                            let menu_label = menu_label.clone();
                            move || menu_label.get()
                        }
                        on:keydown=on_key
                    >
                        {items
                            .with_value(|items| items())
                            .into_iter()
                            .map(|item| item_view(item, move || close(true)))
                            .collect_view()}
                    </div>
                </div>
            </Show>
        </span>
    }
    .into_any()
}

fn item_view(item: MenuItem, close: impl Fn() + 'static) -> AnyView {
    let MenuItem { label, glyph, is_danger, run } = item;
    view! {
        <button
            class="menu-item"
            class:menu-item-danger=is_danger
            r#type="button"
            role="menuitem"
            tabindex="-1"
            on:click=move |event| {
                event.stop_propagation();
                close();
                run.run(());
            }
        >
            <Icon glyph=glyph/>
            <span>{move || label.get()}</span>
        </button>
    }
    .into_any()
}

enum FocusMove {
    First,
    Previous,
    Next,
    Last,
}

/// Moves the focus among the items, wrapping around at the ends.
fn move_focus(list: &web_sys::HtmlElement, focus_move: FocusMove) {
    let Ok(items) = list.query_selector_all("[role=menuitem]") else { return };
    let count = items.length();
    if count == 0 {
        return;
    }
    let focused = dom::focused();
    let at = (0..count).find(|index| {
        items
            .item(*index)
            .is_some_and(|item| focused.as_ref().is_some_and(|focused| item.is_same_node(Some(focused))))
    });
    let index = match (focus_move, at) {
        (FocusMove::First, _) | (FocusMove::Next, None) => 0,
        (FocusMove::Last, _) | (FocusMove::Previous, None) => count - 1,
        (FocusMove::Next, Some(at)) => (at + 1) % count,
        (FocusMove::Previous, Some(at)) => (at + count - 1) % count,
    };
    if let Some(item) = items.item(index).and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        let _ = item.focus();
    }
}

/// Positions the menu below its button, or above when there is not enough space, and inside the window.
fn position_menu(anchor: &web_sys::HtmlElement, list: &web_sys::HtmlElement) {
    let (button, menu) = (anchor.get_bounding_client_rect(), list.get_bounding_client_rect());
    let size = |value: Result<wasm_bindgen::JsValue, _>| {
        value.ok().and_then(|value| value.as_f64()).unwrap_or_default()
    };
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let left = button.left().min(width - menu.width() - MARGIN_PX).max(MARGIN_PX);
    let below = button.bottom() + 4.0;
    let top =
        if below + menu.height() + MARGIN_PX > height { button.top() - menu.height() - 4.0 } else { below };
    let style = web_sys::HtmlElement::style(list);
    // Fails only for invalid values.
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("top", &format!("{}px", top.max(MARGIN_PX)));
}
