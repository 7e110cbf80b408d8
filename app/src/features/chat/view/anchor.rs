//! Keeps what one reads in its place while the answer below grows.
//!
//! In an element that scrolls from its end, what comes in above moves nothing, but what grows below
//! pushes everything up. Browsers' own anchoring gets reversed elements wrong, so it is off
//! (`style/features/chat.css`) and the growth is taken back here, before it is painted.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, ResizeObserver};

/// Watches the height of what scrolls. Only alive in the browser.
#[derive(Clone, Copy)]
pub struct Anchor {
    observer: StoredValue<Option<SendWrapper<Observer>>>,
}

struct Observer {
    observer: ResizeObserver,
    _on_change: Closure<dyn FnMut()>,
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl Anchor {
    /// Begins with nothing to watch.
    #[must_use]
    pub fn new() -> Self {
        Self { observer: StoredValue::new(None) }
    }

    /// Takes growth of `column` back in `scroller` whenever `grows_below` says that it is below what one reads.
    pub fn start(
        self,
        scroller: HtmlElement,
        column: &HtmlElement,
        grows_below: impl Fn() -> bool + 'static,
    ) {
        let mut before = column.offset_height();
        let watched = column.clone();
        let on_change = Closure::<dyn FnMut()>::new(move || {
            let now = watched.offset_height();
            let growth = now - before;
            before = now;
            if growth != 0 && grows_below() {
                scroller.set_scroll_top(scroller.scroll_top() - growth);
            }
        });
        // Without one, what one reads moves up while an answer grows.
        if let Ok(observer) = ResizeObserver::new(on_change.as_ref().unchecked_ref()) {
            observer.observe(column);
            self.observer.set_value(Some(SendWrapper::new(Observer { observer, _on_change: on_change })));
        }
    }
}
