use super::dom;
use leptos::{ev::KeyboardEvent, prelude::*, text_prop::TextProp};

#[derive(Clone)]
pub struct Tab {
    pub id: &'static str,
    pub label: TextProp,
}

/// A tab list; the panel of tab `x` is the element `<prefix>-panel-x`, rendered by the caller.
#[component]
pub fn Tabs(
    /// Prefix of the ids of the tabs and panels.
    prefix: &'static str,
    #[prop(into)] label: TextProp,
    tabs: Vec<Tab>,
    /// Id of the selected tab.
    selected: RwSignal<&'static str>,
) -> impl IntoView {
    let ids = StoredValue::new(tabs.iter().map(|tab| tab.id).collect::<Vec<_>>());
    let on_key = move |event: KeyboardEvent| {
        let next = ids.with_value(|ids| tab_for_key(ids, selected.get_untracked(), &event.key()));
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

/// Returns the tab that a key selects; the arrow keys wrap around.
fn tab_for_key(ids: &[&'static str], selected: &str, key: &str) -> Option<&'static str> {
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
    fn arrow_keys_wrap_around() {
        let ids = ["a", "b", "c"];
        assert_eq!(tab_for_key(&ids, "c", "ArrowRight"), Some("a"));
        assert_eq!(tab_for_key(&ids, "a", "ArrowLeft"), Some("c"));
        assert_eq!(tab_for_key(&ids, "b", "End"), Some("c"));
        assert_eq!(tab_for_key(&ids, "b", "x"), None);
    }
}
