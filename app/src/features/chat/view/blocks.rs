//! The blocks of a message: text, reasoning, citations and files. Tool calls and artifacts have modules of their own.

use super::{markdown_text::MarkdownText, thread::Thread, tool_card::ToolCardView};
use crate::{
    features::{
        artifacts::InlineArtifact,
        chat::state::{Block, RowKey},
    },
    state::{tr, use_locale},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use penny_i18n::{formats, keys};
use penny_types::{ArtifactId, ToolCallId, conversations::CitationPart};

/// The kind of a block. A block is rendered again only when its kind changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum BlockKind {
    Text,
    Reasoning,
    Tool(ToolCallId),
    Artifact(ArtifactId, u32),
    Citation,
    File,
}

impl BlockKind {
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

/// The blocks of an assistant message.
#[component]
pub fn Blocks(thread: Thread, row: RowKey) -> impl IntoView {
    let kinds = Memo::new(move |_| {
        thread
            .read(row, |message| message.blocks.iter().map(BlockKind::of).enumerate().collect::<Vec<_>>())
            .unwrap_or_default()
    });
    view! {
        <For each=move || kinds.get() key=|block| *block let:block>
            {block_view(thread, row, block.0, block.1)}
        </For>
        <Citations thread row/>
    }
    .into_any()
}

fn block_view(thread: Thread, row: RowKey, index: usize, kind: BlockKind) -> AnyView {
    match kind {
        BlockKind::Text => view! { <MarkdownText thread row index/> }.into_any(),
        BlockKind::Reasoning => view! { <Reasoning thread row index/> }.into_any(),
        BlockKind::Tool(call) => view! { <ToolCardView thread row call/> }.into_any(),
        BlockKind::Artifact(..) => {
            let part = thread.peek(row, |message| match message.blocks.get(index) {
                Some(Block::Artifact(part)) => Some(part.clone()),
                _ => None,
            });
            part.flatten().map(|part| view! { <InlineArtifact part/> }).into_any()
        }
        BlockKind::File => view! { <AttachedFile thread row index/> }.into_any(),
        // All citations are shown below the message.
        BlockKind::Citation => ().into_any(),
    }
}

/// The model's reasoning, collapsed.
#[component]
fn Reasoning(thread: Thread, row: RowKey, index: usize) -> impl IntoView {
    let text = move || {
        let text = thread.read_block(row, index, |block| match block {
            Block::Reasoning { text } => text.clone(),
            _ => String::new(),
        });
        text.unwrap_or_default()
    };
    let is_live = Memo::new(move |_| {
        thread
            .read(row, |message| message.status.is_live() && message.blocks.len() == index + 1)
            .unwrap_or_default()
    });
    let (live_label, label) = (tr(keys::CHAT_THINKING), tr(keys::CHAT_THOUGHTS));
    view! {
        <details class="thoughts" class:thoughts-live=move || is_live.get()>
            <summary>
                <Icon glyph=Glyph::Brain/>
                <span>{move || if is_live.get() { live_label() } else { label() }}</span>
                <Icon glyph=Glyph::ChevronRight class="fold-mark"/>
            </summary>
            <div class="thoughts-text">{text}</div>
        </details>
    }
    .into_any()
}

/// The attachments of a user message.
#[component]
pub fn MessageFiles(thread: Thread, row: RowKey) -> impl IntoView {
    let indexes = thread.peek(row, |message| {
        let files = message.blocks.iter().enumerate().filter(|(_, block)| matches!(block, Block::File(_)));
        files.map(|(index, _)| index).collect::<Vec<_>>()
    });
    let indexes = indexes.unwrap_or_default();
    (!indexes.is_empty()).then(|| {
        let files =
            indexes.into_iter().map(|index| view! { <AttachedFile thread row index/> }).collect_view();
        view! { <p class="bubble-files">{files}</p> }
    })
}

/// An attached file.
#[component]
fn AttachedFile(thread: Thread, row: RowKey, index: usize) -> impl IntoView {
    let locale = use_locale();
    let file = thread.peek(row, |message| match message.blocks.get(index) {
        Some(Block::File(file)) => Some(file.clone()),
        _ => None,
    });
    file.flatten().map(|file| {
        let size = file.size_bytes;
        view! {
            <span class="attached">
                <Icon glyph=Glyph::Paperclip/>
                <span class="attached-name">{file.name}</span>
                <small>{move || formats::bytes(locale.get(), size)}</small>
            </span>
        }
    })
}

/// The citations of a message.
#[component]
fn Citations(thread: Thread, row: RowKey) -> impl IntoView {
    let citations = Memo::new(move |_| {
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
        let citations = citations.get();
        (!citations.is_empty()).then(|| {
            view! {
                <aside class="sources">
                    <p class="sources-title">{tr(keys::CHAT_SOURCES)}</p>
                    <ol>{citations.into_iter().map(citation_view).collect_view()}</ol>
                </aside>
            }
        })
    }
}

fn citation_view(citation: CitationPart) -> impl IntoView {
    let CitationPart { title, url, quote } = citation;
    let link = url.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    let name = match link {
        Some(url) => view! {
            <a href=url target="_blank" rel="noopener noreferrer nofollow">{title}</a>
        }
        .into_any(),
        None => view! { <span>{title}</span> }.into_any(),
    };
    let quote = (!quote.is_empty()).then(|| view! { <q>{quote}</q> });
    view! { <li>{name} {quote}</li> }
}
