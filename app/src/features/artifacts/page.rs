//! The artifact page `/a/:artifact_id`.

use super::{panel::ArtifactDetail, skeleton::ArtifactSkeleton, store::use_artifact_store};
use crate::{
    features::dashboards::FullScreenFrame,
    page_context::set_response_status,
    state::tr,
    ui::{EmptyState, FaultNotice, Glyph, PageTitle},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use penny_i18n::keys;
use penny_types::{ArtifactId, Fault, FaultCode};

/// An artifact, full screen.
#[component]
pub fn ArtifactPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("artifact_id")).and_then(|text| text.parse::<ArtifactId>().ok())
    });
    let store = use_artifact_store();
    let view = Resource::new(
        move || id.get(),
        move |id| {
            let api = store.api();
            async move {
                match id {
                    Some(id) => api.artifact(id).await,
                    None => Err(Fault::new(FaultCode::NotFound)),
                }
            }
        },
    );
    let content = move || {
        Suspend::new(async move {
            match view.await {
                Ok(view) => {
                    let title = view.title.clone();
                    store.insert(view.clone());
                    view! {
                        <PageTitle text=title/>
                        <ArtifactDetail view can_expand=false/>
                    }
                    .into_any()
                }
                Err(fault) if fault.code == FaultCode::NotFound => {
                    set_response_status(404);
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
        <FullScreenFrame class="full full-artifact">
            <Suspense fallback=ArtifactSkeleton>{content}</Suspense>
        </FullScreenFrame>
    }
    .into_any()
}
