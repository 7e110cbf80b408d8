//! What stands where an artifact will be.

use crate::{features::dashboards::FullFrame, ui::Skeleton};
use leptos::prelude::*;

/// An artifact full screen, while its code is on its way.
#[component]
pub fn ArtifactOutline() -> impl IntoView {
    view! { <FullFrame class="full full-artifact"><Waiting/></FullFrame> }
}

/// Grey shapes of an artifact with its name above it.
#[component]
pub fn Waiting() -> impl IntoView {
    view! {
        <div class="whole">
            <header class="whole-head"><div class="whole-name"><Skeleton lines=2/></div></header>
            <div class="picture">{block()}</div>
        </div>
    }
    .into_any()
}

/// One grey area, as large as a picture.
pub fn block() -> AnyView {
    view! { <Skeleton lines=0 class="skeleton-block"/> }.into_any()
}
