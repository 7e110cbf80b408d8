use super::dom;
use leptos::{ev::KeyboardEvent, prelude::*, text_prop::TextProp};

/// One tab.
#[derive(Clone)]
pub struct Tab {
    /// Its word.
    pub id: &'static str,
    /// What it says.
    pub label: TextProp,
}

/// A row of tabs; the panel of tab `x` is the element `<prefix>-panel-x`, drawn by the caller.
#[component]
pub fn Tabs(
    /// Begins the ids of the tabs and panels.
    prefix: &'static str,
    /// What the row is for.
    #[prop(into)]
    label: TextProp,
    /// The tabs.
    tabs: Vec<Tab>,
    /// The word of the selected one.
    selected: RwSignal<&'static str>,
) -> impl IntoView {
    let ids = StoredValue::new(tabs.iter().map(|tab| tab.id).collect::<Vec<_>>());
    let on_key = move |event: KeyboardEvent| {
        let next = ids.with_value(|ids| neighbour(ids, selected.get_untracked(), &event.key()));
        if let Some(next) = next {
            event.prevent_default();
            selected.set(next);
            dom::focus_soon(format!("{prefix}-tab-{next}"));
        }
    };
    let buttons = tabs
        .into_iter()
        .map(|Tab { id, label }| {
            let is_selected = move || selected.get() == id;
            view! {
                <button
                    class="tab"
                    r#type="button"
                    role="tab"
                    id=format!("{prefix}-tab-{id}")
                    aria-controls=format!("{prefix}-panel-{id}")
                    aria-selected=move || if is_selected() { "true" } else { "false" }
                    tabindex=move || if is_selected() { "0" } else { "-1" }
                    on:click=move |_| selected.set(id)
                >
                    {move || label.get()}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="tabs" role="tablist" aria-label=move || label.get() on:keydown=on_key>{buttons}</div>
    }
    .into_any()
}

/// Returns the tab a key leads to, round and round.
fn neighbour(ids: &[&'static str], selected: &str, key: &str) -> Option<&'static str> {
    let at = ids.iter().position(|id| *id == selected)?;
    let index = match key {
        "ArrowRight" => (at + 1) % ids.len(),
        "ArrowLeft" => (at + ids.len() - 1) % ids.len(),
        "Home" => 0,
        "End" => ids.len() - 1,
        _ => return None,
    };
    ids.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_go_round() {
        let ids = ["a", "b", "c"];
        assert_eq!(neighbour(&ids, "c", "ArrowRight"), Some("a"));
        assert_eq!(neighbour(&ids, "a", "ArrowLeft"), Some("c"));
        assert_eq!(neighbour(&ids, "b", "End"), Some("c"));
        assert_eq!(neighbour(&ids, "b", "x"), None);
    }
}
