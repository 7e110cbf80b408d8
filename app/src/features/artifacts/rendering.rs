//! Loads the content of a version and renders it by kind.

use super::{
    chart::{Chart, ChartHandle},
    content::VersionContent,
    dashboard_card::DashboardCard,
    mermaid::MermaidDiagram,
    skeleton::skeleton_block,
    store::use_artifact_store,
    table::DataTable,
};
use crate::{
    features::chat::markdown::{MarkdownLabels, render},
    state::{tr, use_locale},
    ui::{FaultNotice, lazy_view_with},
};
use leptos::{prelude::*, task::spawn_local};
use penny_i18n::keys;
use penny_types::{ArtifactId, Fault, FaultCode, artifacts::ArtifactKind};
use std::sync::Arc;

/// Content and chart of a [`RenderedArtifact`], shared with its toolbar for exports.
#[derive(Clone, Copy)]
pub struct ArtifactRenderState {
    /// The content, once it is loaded.
    pub content: RwSignal<Option<Result<Arc<VersionContent>, Fault>>>,
    /// The chart, once it is rendered.
    pub chart: ChartHandle,
}

impl ArtifactRenderState {
    #[must_use]
    pub fn new() -> Self {
        Self { content: RwSignal::new(None), chart: ChartHandle::new() }
    }
}

/// A rendered artifact version.
#[component]
pub fn RenderedArtifact(
    id: ArtifactId,
    version: u32,
    kind: ArtifactKind,
    #[prop(into)] title: Signal<String>,
    render_state: ArtifactRenderState,
) -> impl IntoView {
    let store = use_artifact_store();
    let load = move || {
        render_state.content.set(None);
        spawn_local(async move {
            let content = store.content(id, version, kind).await;
            let _ = render_state.content.try_set(Some(content));
        });
    };
    Effect::new(move |_| load());
    let class = format!("picture picture-{kind}");
    view! {
        <div class=class>
            {move || match render_state.content.get() {
                None => skeleton_block(),
                Some(Ok(content)) => lazy_view_with(skeleton_block, render_content(content, title, render_state.chart)),
                Some(Err(fault)) if fault.code == FaultCode::NotFound => {
                    view! { <p class="file-picture">{tr(keys::ARTIFACT_GONE)}</p> }.into_any()
                }
                Some(Err(fault)) => {
                    view! { <FaultNotice fault on_retry=Callback::new(move |_| load())/> }.into_any()
                }
            }}
        </div>
    }
    .into_any()
}

#[lazy]
fn render_content(content: Arc<VersionContent>, title: Signal<String>, chart_handle: ChartHandle) -> AnyView {
    match &*content {
        VersionContent::Markdown(text) => markdown(text),
        VersionContent::Table(table) => {
            view! { <DataTable table=Arc::new(table.clone()) title currency=None/> }.into_any()
        }
        VersionContent::Chart(chart) => {
            view! { <Chart content=Arc::new(chart.clone()) handle=chart_handle title/> }.into_any()
        }
        VersionContent::Dashboard(dashboard) => {
            view! { <DashboardCard content=(**dashboard).clone()/> }.into_any()
        }
        VersionContent::Mermaid(text) => view! { <MermaidDiagram text=text.clone() title/> }.into_any(),
        VersionContent::File(text) => {
            view! { <pre class="file-text" tabindex="0" dir="auto">{text.clone()}</pre> }.into_any()
        }
    }
}

fn markdown(text: &str) -> AnyView {
    let locale = use_locale().get_untracked();
    let labels = MarkdownLabels {
        copy: penny_i18n::text(locale, keys::CHAT_COPY, &[]),
        image: penny_i18n::text(locale, keys::CHAT_IMAGE, &[]),
    };
    view! { <div class="md" inner_html=render(text, &labels)></div> }.into_any()
}
