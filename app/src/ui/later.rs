use super::Skeleton;
use leptos::prelude::*;
use std::future::Future;

/// Shows a view whose code is fetched when it is first wanted, and its outline until then. The server has it at once.
pub fn later(view: impl Future<Output = AnyView> + Send + 'static) -> AnyView {
    view! { <Suspense fallback=|| view! { <Skeleton/> }>{Suspend::new(view)}</Suspense> }.into_any()
}
