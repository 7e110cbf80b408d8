//! The pieces of a message: words, thoughts, sources, files. Tools and artifacts have their own files.

use super::{thread::Thread, tool_card::ToolCardView, words::Words};
use crate::{
    features::{
        artifacts::InlineArtifact,
        chat::state::{Block, RowKey},
    },
    state::{tr, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_types::{ArtifactId, ToolCallId, conversations::CitationPart};
use penny_words::{figures, keys};

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

/// What the person attached to a message.
#[component]
pub fn Files(thread: Thread, row: RowKey) -> impl IntoView {
    let places = thread.peek(row, |message| {
        let files = message.blocks.iter().enumerate().filter(|(_, block)| matches!(block, Block::File(_)));
        files.map(|(at, _)| at).collect::<Vec<_>>()
    });
    let places = places.unwrap_or_default();
    (!places.is_empty()).then(|| {
        let files = places.into_iter().map(|at| view! { <Attached thread row at/> }).collect_view();
        view! { <p class="bubble-files">{files}</p> }
    })
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
                <small>{move || figures::bytes(locale.get(), size)}</small>
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
