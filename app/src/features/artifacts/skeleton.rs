//! Placeholders for an artifact that is loading.

use crate::{features::dashboards::FullScreenFrame, ui::Skeleton};
use leptos::prelude::*;

/// The artifact page while its code is loading.
#[component]
pub fn ArtifactPageSkeleton() -> impl IntoView {
    view! { <FullScreenFrame class="full full-artifact"><ArtifactSkeleton/></FullScreenFrame> }
}

/// An artifact with its header while it is loading.
#[component]
pub fn ArtifactSkeleton() -> impl IntoView {
    view! {
        <div class="whole">
            <header class="whole-head"><div class="whole-name"><Skeleton lines=2/></div></header>
            <div class="picture">{skeleton_block()}</div>
        </div>
    }
    .into_any()
}

/// A placeholder of the size of a rendered artifact.
pub fn skeleton_block() -> AnyView {
    view! { <Skeleton lines=0 class="skeleton-block"/> }.into_any()
}
