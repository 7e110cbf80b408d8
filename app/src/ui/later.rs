use super::Skeleton;
use leptos::prelude::*;
use std::{future::Future, pin::Pin};

/// Shows a view whose code is fetched when it is first wanted, and grey lines until then. The server has it at once.
pub fn later(view: impl Future<Output = AnyView> + Send + 'static) -> AnyView {
    later_in(|| view! { <Skeleton/> }.into_any(), view)
}

/// Does what [`later`] does, with an outline in the shape of what is to come.
pub fn later_in(outline: fn() -> AnyView, view: impl Future<Output = AnyView> + Send + 'static) -> AnyView {
    // Boxed, so that all of them are one piece of code.
    let view: Pin<Box<dyn Future<Output = AnyView> + Send>> = Box::pin(view);
    view! { <Suspense fallback=outline>{Suspend::new(view)}</Suspense> }.into_any()
}
