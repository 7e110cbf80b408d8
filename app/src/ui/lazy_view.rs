use super::Skeleton;
use leptos::prelude::*;
use std::{future::Future, pin::Pin};

/// Shows a view whose code is loaded on first use, with a [`Skeleton`] until then. On the server the code is always
/// available.
pub fn lazy_view(view: impl Future<Output = AnyView> + Send + 'static) -> AnyView {
    lazy_view_with(|| view! { <Skeleton/> }.into_any(), view)
}

/// Does the same as [`lazy_view`], with another fallback.
pub fn lazy_view_with(
    fallback: fn() -> AnyView,
    view: impl Future<Output = AnyView> + Send + 'static,
) -> AnyView {
    // Boxed, so that the generic code is compiled only once.
    let view: Pin<Box<dyn Future<Output = AnyView> + Send>> = Box::pin(view);
    view! { <Suspense fallback>{Suspend::new(view)}</Suspense> }.into_any()
}
