//! An artifact with the whole window: `/a/:artifact_id`.

use super::{panel::Whole, shelf::use_shelf};
use crate::{
    facts::answer_with_status,
    features::dashboards::{BackButton, leave_on_escape},
    state::tr,
    ui::{EmptyState, FaultNotice, Glyph, PageTitle, Skeleton},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use penny_types::{ArtifactId, Fault, FaultCode};
use penny_words::keys;

/// An artifact, full screen.
#[component]
pub fn ArtifactPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("artifact_id")).and_then(|text| text.parse::<ArtifactId>().ok())
    });
    leave_on_escape();
    let shelf = use_shelf();
    let view = Resource::new(
        move || id.get(),
        move |id| {
            let api = shelf.api();
            async move {
                match id {
                    Some(id) => api.artifact(id).await,
                    None => Err(Fault::new(FaultCode::NotFound)),
                }
            }
        },
    );
    let draw = move || {
        Suspend::new(async move {
            match view.await {
                Ok(view) => {
                    let title = view.title.clone();
                    shelf.put(view.clone());
                    view! {
                        <PageTitle text=title/>
                        <Whole view can_expand=false/>
                    }
                    .into_any()
                }
                Err(fault) if fault.code == FaultCode::NotFound => {
                    answer_with_status(404);
                    view! {
                        <EmptyState glyph=Glyph::File title=tr(keys::UI_NOT_FOUND_TITLE) text=tr(keys::ARTIFACT_GONE)/>
                    }
                    .into_any()
                }
                Err(fault) => {
                    view! { <FaultNotice fault on_retry=Callback::new(move |_| view.refetch())/> }.into_any()
                }
            }
        })
    };
    view! {
        <div class="full full-artifact">
            <header class="full-bar"><BackButton/></header>
            <Suspense fallback=|| view! { <Skeleton lines=0 class="skeleton-block"/> }>{draw}</Suspense>
        </div>
    }
    .into_any()
}
