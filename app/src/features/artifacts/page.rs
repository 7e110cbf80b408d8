//! An artifact with the whole window: `/a/:artifact_id`.

use super::{outline::Waiting, panel::Whole, shelf::use_shelf};
use crate::{
    facts::answer_with_status,
    features::dashboards::FullFrame,
    state::tr,
    ui::{EmptyState, FaultNotice, Glyph, PageTitle},
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
        <FullFrame class="full full-artifact">
            <Suspense fallback=Waiting>{draw}</Suspense>
        </FullFrame>
    }
    .into_any()
}
