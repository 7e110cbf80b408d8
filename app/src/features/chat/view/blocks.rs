//! The pieces of a message: words, thoughts, sources, files. Tools and artifacts have their own files.

use super::{thread::Thread, tool_card::ToolCardView};
use crate::{
    features::{
        artifacts::{InlineArtifact, format},
        chat::{
            markdown::{Labels, MarkdownStream},
            state::{Block, RowKey},
        },
    },
    state::{tr, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_types::{ArtifactId, ToolCallId, conversations::CitationPart};
use penny_words::keys;

/// What kind of block stands at a place: a row is only drawn anew when this changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Text,
    Reasoning,
    Tool(ToolCallId),
    Artifact(ArtifactId, u32),
    Citation,
    File,
}

impl Shape {
    const fn of(block: &Block) -> Self {
        match block {
            Block::Text { .. } => Self::Text,
            Block::Reasoning { .. } => Self::Reasoning,
            Block::Tool(card) => Self::Tool(card.call_id),
            Block::Artifact(part) => Self::Artifact(part.artifact_id, part.version),
            Block::Citation(_) => Self::Citation,
            Block::File(_) => Self::File,
        }
    }
}

/// Everything an assistant's message consists of.
#[component]
pub fn Blocks(thread: Thread, row: RowKey) -> impl IntoView {
    let shapes = Memo::new(move |_| {
        thread
            .read(row, |message| message.blocks.iter().map(Shape::of).enumerate().collect::<Vec<_>>())
            .unwrap_or_default()
    });
    view! {
        <For each=move || shapes.get() key=|place| *place let:place>
            {block(thread, row, place.0, place.1)}
        </For>
        <Sources thread row/>
    }
    .into_any()
}

fn block(thread: Thread, row: RowKey, at: usize, shape: Shape) -> AnyView {
    match shape {
        Shape::Text => view! { <Words thread row at/> }.into_any(),
        Shape::Reasoning => view! { <Thoughts thread row at/> }.into_any(),
        Shape::Tool(call) => view! { <ToolCardView thread row call/> }.into_any(),
        Shape::Artifact(..) => {
            let part = thread.peek(row, |message| match message.blocks.get(at) {
                Some(Block::Artifact(part)) => Some(part.clone()),
                _ => None,
            });
            part.flatten().map(|part| view! { <InlineArtifact part/> }).into_any()
        }
        Shape::File => view! { <Attached thread row at/> }.into_any(),
        // Sources stand together, below.
        Shape::Citation => ().into_any(),
    }
}

/// What is shown of a growing text: sealed stretches are only ever added within a generation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shown {
    generation: u32,
    sealed: usize,
    tail: String,
}

/// Words in Markdown, which may be growing.
#[component]
fn Words(thread: Thread, row: RowKey, at: usize) -> impl IntoView {
    let locale = use_locale();
    let stream = StoredValue::new(MarkdownStream::default());
    let shown = Memo::new(move |before: Option<&Shown>| {
        let generation = before.map_or(0, |before| before.generation);
        let locale = locale.get();
        let labels = Labels {
            copy: penny_words::text(locale, keys::CHAT_COPY, &[]),
            image: penny_words::text(locale, keys::CHAT_IMAGE, &[]),
        };
        let next = thread.read_block(row, at, |block| match block {
            Block::Text { text, .. } => stream.try_update_value(|stream| {
                let goes_on = stream.relabel(labels) & stream.set(text);
                let generation = if goes_on { generation } else { generation + 1 };
                Shown { generation, sealed: stream.sealed().len(), tail: stream.tail().to_owned() }
            }),
            _ => None,
        });
        next.flatten().unwrap_or_default()
    });
    let stretches = Memo::new(move |_| shown.with(|shown| (shown.generation, shown.sealed)));
    let each = move || {
        let (generation, sealed) = stretches.get();
        (0..sealed).map(move |index| (generation, index)).collect::<Vec<_>>()
    };
    let html = move |index: usize| {
        stream.with_value(|stream| stream.sealed().get(index).cloned()).unwrap_or_default()
    };
    view! {
        <div class="md">
            <For each=each key=|key| *key let:key>
                <div class="md-part" inner_html=html(key.1)></div>
            </For>
            <div class="md-part" inner_html=move || shown.with(|shown| shown.tail.clone())></div>
        </div>
    }
    .into_any()
}

/// What the model thought, folded.
#[component]
fn Thoughts(thread: Thread, row: RowKey, at: usize) -> impl IntoView {
    let text = move || {
        let text = thread.read_block(row, at, |block| match block {
            Block::Reasoning { text } => text.clone(),
            _ => String::new(),
        });
        text.unwrap_or_default()
    };
    let is_last = Memo::new(move |_| {
        thread
            .read(row, |message| message.status.is_live() && message.blocks.len() == at + 1)
            .unwrap_or_default()
    });
    let (thinking, thoughts) = (tr(keys::CHAT_THINKING), tr(keys::CHAT_THOUGHTS));
    view! {
        <details class="thoughts" class:thoughts-live=move || is_last.get()>
            <summary>
                <Icon glyph=Glyph::Brain/>
                <span>{move || if is_last.get() { thinking() } else { thoughts() }}</span>
                <Icon glyph=Glyph::ChevronRight class="fold-mark"/>
            </summary>
            <div class="thoughts-text">{text}</div>
        </details>
    }
    .into_any()
}

/// Something the person attached.
#[component]
fn Attached(thread: Thread, row: RowKey, at: usize) -> impl IntoView {
    let locale = use_locale();
    let file = thread.peek(row, |message| match message.blocks.get(at) {
        Some(Block::File(file)) => Some(file.clone()),
        _ => None,
    });
    file.flatten().map(|file| {
        let size = file.size_bytes;
        view! {
            <span class="attached">
                <Icon glyph=Glyph::Paperclip/>
                <span class="attached-name">{file.name}</span>
                <small>{move || format::bytes(locale.get(), size)}</small>
            </span>
        }
    })
}

/// Where statements come from, together below the message.
#[component]
fn Sources(thread: Thread, row: RowKey) -> impl IntoView {
    let sources = Memo::new(move |_| {
        thread
            .read(row, |message| {
                message
                    .blocks
                    .iter()
                    .filter_map(|block| match block {
                        Block::Citation(citation) => Some(citation.clone()),
                        _ => None,
                    })
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
    });
    move || {
        let sources = sources.get();
        (!sources.is_empty()).then(|| {
            view! {
                <aside class="sources">
                    <p class="sources-title">{tr(keys::CHAT_SOURCES)}</p>
                    <ol>{sources.into_iter().map(source).collect_view()}</ol>
                </aside>
            }
        })
    }
}

fn source(citation: CitationPart) -> impl IntoView {
    let CitationPart { title, url, quote } = citation;
    let address = url.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    let name = match address {
        Some(address) => view! {
            <a href=address target="_blank" rel="noopener noreferrer nofollow">{title}</a>
        }
        .into_any(),
        None => view! { <span>{title}</span> }.into_any(),
    };
    let quote = (!quote.is_empty()).then(|| view! { <q>{quote}</q> });
    view! { <li>{name} {quote}</li> }
}
