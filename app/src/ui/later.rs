use leptos::prelude::*;
use std::future::Future;

/// Shows a view whose code is fetched when it is first wanted; nothing until it is there. The server has it at once.
pub fn later(view: impl Future<Output = AnyView> + Send + 'static) -> AnyView {
    view! { <Suspense>{Suspend::new(view)}</Suspense> }.into_any()
}
