//! Rows far from what one sees are kept as empty boxes of the same height, and rows very far from it leave
//! the page in stretches, so that a thread of any length stays a small page.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::collections::HashMap;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Element, HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit,
};

/// How far beyond the visible part rows are drawn.
pub const FAR_ROW: &str = "1500px 0px";
/// How far beyond the visible part rows have boxes of their own.
pub const FAR_STRETCH: &str = "4500px 0px";
/// The attribute of an element with the number of its row or stretch.
const WATCHED: &str = "data-watched";

/// Watches which rows, or stretches of them, are near. Only alive in the browser.
#[derive(Clone, Copy)]
pub struct Watch {
    margin: &'static str,
    rows: StoredValue<HashMap<u64, RowWatch>>,
    observer: StoredValue<Option<SendWrapper<Observer>>>,
}

#[derive(Clone, Copy)]
struct RowWatch {
    far_height_px: RwSignal<Option<f64>>,
}

struct Observer {
    observer: IntersectionObserver,
    _on_change: Closure<dyn FnMut(js_sys::Array)>,
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl Watch {
    /// Begins with no rows. They are near when they are within `margin` of the visible part.
    #[must_use]
    pub fn new(margin: &'static str) -> Self {
        Self { margin, rows: StoredValue::new(HashMap::new()), observer: StoredValue::new(None) }
    }

    /// Returns the height a row had when it went far away; `None` while it is near.
    #[must_use]
    pub fn row(self, key: u64) -> RwSignal<Option<f64>> {
        let far_height_px = RwSignal::new(None);
        self.rows.update_value(|rows| {
            rows.insert(key, RowWatch { far_height_px });
        });
        on_cleanup(move || {
            self.rows.try_update_value(|rows| rows.remove(&key));
        });
        far_height_px
    }

    /// Begins to watch inside a scrolling element.
    pub fn start(self, scroller: &HtmlElement) {
        let on_change = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            for entry in entries.iter() {
                self.take(&entry.unchecked_into());
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root(Some(scroller));
        options.set_root_margin(self.margin);
        let observer = IntersectionObserver::new_with_options(on_change.as_ref().unchecked_ref(), &options);
        // A browser without one draws every row.
        if let Ok(observer) = observer {
            self.observer.set_value(Some(SendWrapper::new(Observer { observer, _on_change: on_change })));
        }
    }

    /// Watches a row's element.
    pub fn observe(self, element: &Element) {
        self.observer.try_with_value(|observer| {
            if let Some(observer) = observer {
                observer.observer.observe(element);
            }
        });
    }

    fn take(self, entry: &IntersectionObserverEntry) {
        let target = entry.target();
        let key = target.get_attribute(WATCHED).and_then(|key| key.parse::<u64>().ok());
        let row = key.and_then(|key| self.rows.try_with_value(|rows| rows.get(&key).copied()).flatten());
        let Some(row) = row else { return };
        let is_far = row.far_height_px.get_untracked().is_some();
        if entry.is_intersecting() && is_far {
            row.far_height_px.set(None);
        } else if !entry.is_intersecting() && !is_far && may_go(&target) {
            row.far_height_px.set(Some(target.get_bounding_client_rect().height()));
        }
    }
}

/// A row with the focus in it stays, and so does one that has no size yet.
fn may_go(row: &Element) -> bool {
    let has_focus = document().active_element().is_some_and(|active| row.contains(Some(&active)));
    !has_focus && row.get_bounding_client_rect().height() > 0.0
}
