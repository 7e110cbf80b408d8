//! Reads a version's content and draws it as its kind asks for.

use super::{
    chart::{Chart, Drawn},
    content::Content,
    dashboard_card::DashboardCard,
    mermaid::Diagram,
    outline::block,
    shelf::use_shelf,
    table::DataTable,
};
use crate::{
    features::chat::markdown::{Labels, render},
    state::{tr, use_locale},
    ui::{FaultNotice, later_in},
};
use leptos::{prelude::*, task::spawn_local};
use penny_types::{ArtifactId, Fault, FaultCode, artifacts::ArtifactKind};
use penny_words::keys;
use std::sync::Arc;

/// What a picture has read, for the toolbar beside it.
#[derive(Clone, Copy)]
pub struct Reading {
    /// The content, once it is there.
    pub content: RwSignal<Option<Result<Arc<Content>, Fault>>>,
    /// The chart, once it is drawn.
    pub drawn: Drawn,
}

impl Reading {
    /// Begins with nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { content: RwSignal::new(None), drawn: Drawn::new() }
    }
}

/// A version of an artifact, drawn.
#[component]
pub fn Picture(
    /// Which artifact.
    id: ArtifactId,
    /// Which version.
    version: u32,
    /// What it is.
    kind: ArtifactKind,
    /// Its name.
    #[prop(into)]
    title: Signal<String>,
    /// Where what was read is put.
    reading: Reading,
) -> impl IntoView {
    let shelf = use_shelf();
    let read = move || {
        reading.content.set(None);
        spawn_local(async move {
            let content = shelf.read(id, version, kind).await;
            let _ = reading.content.try_set(Some(content));
        });
    };
    Effect::new(move |_| read());
    let class = format!("picture picture-{kind}");
    view! {
        <div class=class>
            {move || match reading.content.get() {
                None => block(),
                Some(Ok(content)) => later_in(block, draw(content, title, reading.drawn)),
                Some(Err(fault)) if fault.code == FaultCode::NotFound => {
                    view! { <p class="file-picture">{tr(keys::ARTIFACT_GONE)}</p> }.into_any()
                }
                Some(Err(fault)) => {
                    view! { <FaultNotice fault on_retry=Callback::new(move |_| read())/> }.into_any()
                }
            }}
        </div>
    }
    .into_any()
}

#[lazy]
fn draw(content: Arc<Content>, title: Signal<String>, drawn: Drawn) -> AnyView {
    match &*content {
        Content::Markdown(text) => document(text),
        Content::Table(table) => {
            view! { <DataTable table=Arc::new(table.clone()) title currency=None/> }.into_any()
        }
        Content::Chart(chart) => view! { <Chart content=Arc::new(chart.clone()) drawn title/> }.into_any(),
        Content::Dashboard(dashboard) => view! { <DashboardCard content=(**dashboard).clone()/> }.into_any(),
        Content::Mermaid(text) => view! { <Diagram text=text.clone() title/> }.into_any(),
        Content::File(text) => {
            view! { <pre class="file-text" tabindex="0" dir="auto">{text.clone()}</pre> }.into_any()
        }
    }
}

fn document(text: &str) -> AnyView {
    let locale = use_locale().get_untracked();
    let labels = Labels {
        copy: penny_words::text(locale, keys::CHAT_COPY, &[]),
        image: penny_words::text(locale, keys::CHAT_IMAGE, &[]),
    };
    view! { <div class="md" inner_html=render(text, &labels)></div> }.into_any()
}
