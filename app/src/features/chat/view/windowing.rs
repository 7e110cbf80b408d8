//! List virtualisation. Rows far from the viewport become empty placeholders of the same height, and whole segments
//! very far from it are unmounted, so that the DOM stays small however long the thread is.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::collections::HashMap;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Element, HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit,
};

/// Margin around the viewport within which rows are rendered.
pub const ROW_MARGIN: &str = "1500px 0px";
/// Margin around the viewport within which segments are rendered.
pub const SEGMENT_MARGIN: &str = "4500px 0px";
/// Attribute with the key of an observed element.
const KEY_ATTRIBUTE: &str = "data-watched";

/// Observes which rows or segments are near the viewport. Active only in the browser.
#[derive(Clone, Copy)]
pub struct ViewportObserver {
    margin: &'static str,
    elements: StoredValue<HashMap<u64, ObservedElement>>,
    observer: StoredValue<Option<SendWrapper<ObservedIntersection>>>,
}

#[derive(Clone, Copy)]
struct ObservedElement {
    placeholder_height_px: RwSignal<Option<f64>>,
}

struct ObservedIntersection {
    observer: IntersectionObserver,
    _on_change: Closure<dyn FnMut(js_sys::Array)>,
}

impl Drop for ObservedIntersection {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl ViewportObserver {
    /// Creates an observer. Elements within `margin` of the viewport are near.
    #[must_use]
    pub fn new(margin: &'static str) -> Self {
        Self { margin, elements: StoredValue::new(HashMap::new()), observer: StoredValue::new(None) }
    }

    /// Registers an element. The signal is the height it had when it moved out of the margin; `None` while it is
    /// near.
    #[must_use]
    pub fn register(self, key: u64) -> RwSignal<Option<f64>> {
        let placeholder_height_px = RwSignal::new(None);
        self.elements.update_value(|elements| {
            elements.insert(key, ObservedElement { placeholder_height_px });
        });
        on_cleanup(move || {
            self.elements.try_update_value(|elements| elements.remove(&key));
        });
        placeholder_height_px
    }

    /// Starts to observe inside a scrolling element.
    pub fn start(self, scroller: &HtmlElement) {
        let on_change = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            for entry in entries.iter() {
                self.handle(&entry.unchecked_into());
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root(Some(scroller));
        options.set_root_margin(self.margin);
        let observer = IntersectionObserver::new_with_options(on_change.as_ref().unchecked_ref(), &options);
        // Without an observer, every row is rendered.
        if let Ok(observer) = observer {
            self.observer
                .set_value(Some(SendWrapper::new(ObservedIntersection { observer, _on_change: on_change })));
        }
    }

    pub fn observe(self, element: &Element) {
        self.observer.try_with_value(|observer| {
            if let Some(observer) = observer {
                observer.observer.observe(element);
            }
        });
    }

    fn handle(self, entry: &IntersectionObserverEntry) {
        let target = entry.target();
        let key = target.get_attribute(KEY_ATTRIBUTE).and_then(|key| key.parse::<u64>().ok());
        let element = key
            .and_then(|key| self.elements.try_with_value(|elements| elements.get(&key).copied()).flatten());
        let Some(element) = element else { return };
        let is_far = element.placeholder_height_px.get_untracked().is_some();
        if entry.is_intersecting() && is_far {
            element.placeholder_height_px.set(None);
        } else if !entry.is_intersecting() && !is_far && may_unmount(&target) {
            element.placeholder_height_px.set(Some(target.get_bounding_client_rect().height()));
        }
    }
}

/// Returns whether an element may be replaced by a placeholder: it must not contain the focus and must have a
/// height.
fn may_unmount(element: &Element) -> bool {
    let has_focus = document().active_element().is_some_and(|active| element.contains(Some(&active)));
    !has_focus && element.get_bounding_client_rect().height() > 0.0
}
