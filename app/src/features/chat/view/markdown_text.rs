//! Markdown text that may be growing: finished parts are not rendered again.

use super::thread::Thread;
use crate::{
    features::chat::{
        markdown::{LANGUAGE_CHARS, MarkdownLabels, MarkdownStream, escape},
        state::{Block, RowKey},
    },
    state::{tr, use_locale},
};
use leptos::{html, prelude::*};
use penny_i18n::keys;

/// The rendered parts of a growing text. Within a generation, finished parts are only ever added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct RenderedText {
    generation: u32,
    finished_count: usize,
    tail: String,
    /// Bytes of the open code block, if there is one.
    code_bytes: Option<usize>,
}

/// Markdown text that may be growing.
#[component]
pub fn MarkdownText(thread: Thread, row: RowKey, index: usize) -> impl IntoView {
    let locale = use_locale();
    let stream = StoredValue::new(MarkdownStream::default());
    let rendered = Memo::new(move |previous: Option<&RenderedText>| {
        let generation = previous.map_or(0, |previous| previous.generation);
        let locale = locale.get();
        let labels = MarkdownLabels {
            copy: penny_i18n::text(locale, keys::CHAT_COPY, &[]),
            image: penny_i18n::text(locale, keys::CHAT_IMAGE, &[]),
        };
        let next = thread.read_block(row, index, |block| match block {
            Block::Text { text, .. } => stream.try_update_value(|stream| {
                let is_continuation = stream.relabel(labels) & stream.set(text);
                let generation = if is_continuation { generation } else { generation + 1 };
                let code_bytes = stream.code().map(|code| code.lines().len() + code.last_line().len());
                RenderedText {
                    generation,
                    finished_count: stream.finished().len(),
                    tail: stream.tail().to_owned(),
                    code_bytes,
                }
            }),
            _ => None,
        });
        next.flatten().unwrap_or_default()
    });
    let finished_parts =
        Memo::new(move |_| rendered.with(|rendered| (rendered.generation, rendered.finished_count)));
    let each = move || {
        let (generation, count) = finished_parts.get();
        (0..count).map(move |index| (generation, index)).collect::<Vec<_>>()
    };
    let html = move |index: usize| {
        stream.with_value(|stream| stream.finished().get(index).cloned()).unwrap_or_default()
    };
    let code_block = Memo::new(move |_| {
        rendered.with(|rendered| rendered.code_bytes.map(|_| (rendered.generation, rendered.finished_count)))
    });
    let code_bytes = Signal::derive(move || rendered.with(|rendered| rendered.code_bytes));
    view! {
        <div class="md">
            <For each=each key=|key| *key let:key>
                <div class="md-part" inner_html=html(key.1)></div>
            </For>
            <div class="md-part" inner_html=move || rendered.with(|rendered| rendered.tail.clone())></div>
            {move || code_block.get().map(|_| view! { <OpenCodeView stream code_bytes/> })}
        </div>
    }
    .into_any()
}

/// An open code block: new lines are appended, existing ones are not rendered again.
#[component]
fn OpenCodeView(stream: StoredValue<MarkdownStream>, code_bytes: Signal<Option<usize>>) -> impl IntoView {
    let lines = NodeRef::<html::Span>::new();
    let (mut language, mut initial) = (String::new(), String::new());
    stream.with_value(|stream| {
        if let Some(code) = stream.code() {
            language = code.language().chars().take(LANGUAGE_CHARS).collect();
            escape(&mut initial, code.lines());
        }
    });
    let lines_bytes = move || stream.with_value(|stream| stream.code().map_or(0, |code| code.lines().len()));
    let appended_bytes = StoredValue::new(lines_bytes());
    Effect::new(move |_| {
        code_bytes.track();
        let Some(lines) = lines.get() else { return };
        let from = appended_bytes.get_value();
        let new_lines = stream.with_value(|stream| {
            stream
                .code()
                .and_then(|code| code.lines().get(from..))
                .map(replace_control_chars)
                .unwrap_or_default()
        });
        if !new_lines.is_empty() {
            // Fails only if the document is gone.
            let _ = lines.append_with_str_1(&new_lines);
            appended_bytes.set_value(lines_bytes());
        }
    });
    let last_line = move || {
        code_bytes.track();
        stream.with_value(|stream| {
            stream.code().map(|code| replace_control_chars(code.last_line())).unwrap_or_default()
        })
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
                        <span>{last_line}</span>
                    </code>
                </pre>
            </div>
        </div>
    }
    .into_any()
}

/// Replaces control characters with the replacement character, as [`escape`] does.
pub fn replace_control_chars(text: &str) -> String {
    text.chars()
        .map(
            |character| {
                if character.is_control() && !matches!(character, '\n' | '\t') {
                    '\u{fffd}'
                } else {
                    character
                }
            },
        )
        .collect()
}
