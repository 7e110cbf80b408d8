//! Keeps the visible messages in place while a message below them grows.
//!
//! In a reversed scroll container (`column-reverse`), content added above moves nothing, but content that grows below
//! moves everything up. Browsers handle scroll anchoring of reversed containers wrongly, so it is disabled
//! (`style/features/chat.css`) and the growth is compensated here, before the next paint.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, ResizeObserver};

/// Observes the height of the scrolled content. Active only in the browser.
#[derive(Clone, Copy)]
pub struct ScrollAnchor {
    observer: StoredValue<Option<SendWrapper<ObservedResize>>>,
}

struct ObservedResize {
    observer: ResizeObserver,
    _on_change: Closure<dyn FnMut()>,
}

impl Drop for ObservedResize {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl ScrollAnchor {
    #[must_use]
    pub fn new() -> Self {
        Self { observer: StoredValue::new(None) }
    }

    /// Compensates the growth of `column` in `scroller` while `grows_below` returns true.
    pub fn start(
        self,
        scroller: HtmlElement,
        column: &HtmlElement,
        grows_below: impl Fn() -> bool + 'static,
    ) {
        let mut before = column.offset_height();
        let observed = column.clone();
        let on_change = Closure::<dyn FnMut()>::new(move || {
            let now = observed.offset_height();
            let growth = now - before;
            before = now;
            if growth != 0 && grows_below() {
                scroller.set_scroll_top(scroller.scroll_top() - growth);
            }
        });
        // Without an observer, the visible messages move up while a message grows.
        if let Ok(observer) = ResizeObserver::new(on_change.as_ref().unchecked_ref()) {
            observer.observe(column);
            self.observer
                .set_value(Some(SendWrapper::new(ObservedResize { observer, _on_change: on_change })));
        }
    }
}
