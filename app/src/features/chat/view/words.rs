//! Words in Markdown, which may be growing: what is done is never drawn again.

use super::thread::Thread;
use crate::{
    features::chat::{
        markdown::{LANGUAGE_CHARS, Labels, MarkdownStream, escape},
        state::{Block, RowKey},
    },
    state::{tr, use_locale},
};
use leptos::{html, prelude::*};
use penny_words::keys;

/// What is shown of a growing text: sealed stretches are only ever added within a generation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shown {
    generation: u32,
    sealed: usize,
    tail: String,
    /// Bytes of the block of code that is being written, when there is one.
    code: Option<usize>,
}

/// Words in Markdown, which may be growing.
#[component]
pub fn Words(thread: Thread, row: RowKey, at: usize) -> impl IntoView {
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
                let code = stream.code().map(|code| code.lines().len() + code.last().len());
                Shown { generation, sealed: stream.sealed().len(), tail: stream.tail().to_owned(), code }
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
    let block = Memo::new(move |_| shown.with(|shown| shown.code.map(|_| (shown.generation, shown.sealed))));
    let grown = Signal::derive(move || shown.with(|shown| shown.code));
    view! {
        <div class="md">
            <For each=each key=|key| *key let:key>
                <div class="md-part" inner_html=html(key.1)></div>
            </For>
            <div class="md-part" inner_html=move || shown.with(|shown| shown.tail.clone())></div>
            {move || block.get().map(|_| view! { <GrowingCode stream grown/> })}
        </div>
    }
    .into_any()
}

/// A block of code that is being written: lines are added, what stands stays.
#[component]
fn GrowingCode(stream: StoredValue<MarkdownStream>, grown: Signal<Option<usize>>) -> impl IntoView {
    let lines = NodeRef::<html::Span>::new();
    let (mut language, mut initial) = (String::new(), String::new());
    stream.with_value(|stream| {
        if let Some(code) = stream.code() {
            language = code.language().chars().take(LANGUAGE_CHARS).collect();
            escape(&mut initial, code.lines());
        }
    });
    let length = move || stream.with_value(|stream| stream.code().map_or(0, |code| code.lines().len()));
    let written = StoredValue::new(length());
    Effect::new(move |_| {
        grown.track();
        let Some(lines) = lines.get() else { return };
        let from = written.get_value();
        let more = stream.with_value(|stream| {
            stream.code().and_then(|code| code.lines().get(from..)).map(plain).unwrap_or_default()
        });
        if !more.is_empty() {
            // Refused only where the page is no longer there.
            let _ = lines.append_with_str_1(&more);
            written.set_value(length());
        }
    });
    let last = move || {
        grown.track();
        stream.with_value(|stream| stream.code().map(|code| plain(code.last())).unwrap_or_default())
    };
    view! {
        <div class="md-part">
            <div class="md-code">
                <div class="md-code-bar">
                    <span>{language}</span>
                    <button r#type="button" data-copy-code="">{tr(keys::CHAT_COPY)}</button>
                </div>
                <pre tabindex="0">
                    <code>
                        <span node_ref=lines inner_html=initial></span>
                        <span>{last}</span>
                    </code>
                </pre>
            </div>
        </div>
    }
    .into_any()
}

/// Replaces control characters by the replacement character, as [`escape`] does.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() && !matches!(letter, '\n' | '\t') { '\u{fffd}' } else { letter })
        .collect()
}
