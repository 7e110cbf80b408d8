//! Files that go along with a message: read here as text, kept as artifacts, and named in the message.

use super::thread::Thread;
use crate::{
    features::chat::state::{Attachment, Block, Upload},
    state::{tr, tr_with, use_locale},
    ui::{Glyph, Icon, IconButton},
};
use leptos::{html, prelude::*, task::spawn_local};
use penny_types::{
    Fault, FaultCode, MessageId,
    artifacts::{ArtifactKind, NewArtifact},
    conversations::FilePart,
};
use penny_words::{figures, keys};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

/// The largest file, in bytes. What a model is given to read is shorter still.
const MAX_BYTES: f64 = 512.0 * 1024.0;
/// The endings offered first; others may hold text too and can be chosen.
const ACCEPTED: &str = "text/*,.md,.csv,.tsv,.json,.xml,.yaml,.yml,.toml,.log,.sql,.html";

impl Thread {
    /// Puts files beside the words that are being typed.
    pub fn attach(self, files: Option<FileList>) {
        let Some(files) = files else { return };
        for file in (0..files.length()).filter_map(|at| files.item(at)) {
            self.upload(file);
        }
    }

    /// Puts back what was attached to a message that was not sent.
    pub fn attach_again(self, files: Vec<FilePart>) {
        for file in files {
            self.push(file.name.clone(), Upload::Ready(file));
        }
    }

    /// Returns what is attached to a message.
    #[must_use]
    pub fn files_of(self, id: MessageId) -> Vec<FilePart> {
        let found = self.state.try_with_value(|state| {
            let message = state.messages().iter().find(|message| message.id == Some(id))?;
            let files = message.blocks.iter().filter_map(|block| match block {
                Block::File(file) => Some(file.clone()),
                _ => None,
            });
            Some(files.collect())
        });
        found.flatten().unwrap_or_default()
    }

    /// Takes everything that is ready out of the composer.
    #[must_use]
    pub fn take_attached(self) -> Vec<FilePart> {
        let taken = self.attached.try_update(std::mem::take).unwrap_or_default();
        taken.iter().filter_map(Attachment::ready).cloned().collect()
    }

    fn push(self, name: String, upload: Upload) -> u64 {
        let key = self.attached.with_untracked(|all| all.last().map_or(0, |last| last.key + 1));
        self.attached.update(|all| all.push(Attachment { key, name, upload }));
        key
    }

    fn upload(self, file: File) {
        let key = self.push(file.name(), Upload::Sending);
        spawn_local(async move {
            let upload = match self.keep(&file).await {
                Ok(part) => Upload::Ready(part),
                Err(fault) => Upload::Failed(fault),
            };
            self.attached.try_update(|all| {
                if let Some(attachment) = all.iter_mut().find(|attachment| attachment.key == key) {
                    attachment.upload = upload;
                }
            });
        });
    }

    /// Keeps a file as an artifact.
    async fn keep(self, file: &File) -> Result<FilePart, Fault> {
        let name = file.name();
        if file.size() > MAX_BYTES {
            return Err(Fault::keyed(FaultCode::TooLarge, keys::CHAT_ATTACH_TOO_LARGE));
        }
        let not_text = || Fault::keyed(FaultCode::Invalid, keys::CHAT_ATTACH_NOT_TEXT);
        let text =
            JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()).ok_or_else(not_text)?;
        if text.contains(['\0', '\u{fffd}']) {
            return Err(not_text());
        }
        let is_markdown = name.to_ascii_lowercase().ends_with(".md");
        let kind = if is_markdown { ArtifactKind::Markdown } else { ArtifactKind::File };
        let title: String = name.chars().take(200).collect();
        let api = self.try_api().ok_or_else(|| Fault::new(FaultCode::Internal))?;
        let view = api.create_artifact(&NewArtifact { kind, title, content: text.into() }).await?;
        Ok(FilePart {
            version_id: view.version_id,
            name: view.title,
            media_type: view.media_type,
            size_bytes: view.size_bytes,
        })
    }
}

/// Opens the choice of files.
#[component]
pub fn AttachButton(thread: Thread) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let take = move |_| {
        if let Some(input) = input.get_untracked() {
            thread.attach(input.files());
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    view! {
        <IconButton glyph=Glyph::Paperclip label=tr(keys::CHAT_ATTACH) class="composer-attach" on_press=choose/>
        <input node_ref=input r#type="file" multiple hidden accept=ACCEPTED tabindex="-1" aria-hidden="true" on:change=take/>
    }
    .into_any()
}

/// The files beside the words that are being typed.
#[component]
pub fn Attachments(thread: Thread) -> impl IntoView {
    let rows =
        move || thread.attached.get().into_iter().map(|attachment| chip(thread, attachment)).collect_view();
    let has_any = Memo::new(move |_| thread.attached.with(|all| !all.is_empty()));
    move || {
        has_any.get().then(|| {
            view! { <ul class="composer-files" aria-label=tr(keys::CHAT_ATTACHED)>{rows}</ul> }
        })
    }
}

fn chip(thread: Thread, attachment: Attachment) -> impl IntoView {
    let locale = use_locale();
    let Attachment { key, name, upload } = attachment;
    let (class, glyph) = match &upload {
        Upload::Sending => ("attached attached-sending", Glyph::LoaderCircle),
        Upload::Ready(_) => ("attached", Glyph::Paperclip),
        Upload::Failed(_) => ("attached attached-bad", Glyph::TriangleAlert),
    };
    let words = match upload {
        Upload::Sending => tr(keys::CHAT_ATTACHING).into_any(),
        Upload::Ready(file) => (move || figures::bytes(locale.get(), file.size_bytes)).into_any(),
        Upload::Failed(fault) => {
            view! { <span role="alert">{move || penny_words::fault(locale.get(), &fault)}</span> }.into_any()
        }
    };
    let named = name.clone();
    let remove = tr_with(keys::CHAT_ATTACH_REMOVE, move || [("name", named.clone())]);
    view! {
        <li class=class>
            <Icon glyph=glyph/>
            <span class="attached-name" dir="auto">{name}</span>
            <small>{words}</small>
            <IconButton
                glyph=Glyph::X
                label=remove
                on_press=move |_| thread.attached.update(|all| all.retain(|attachment| attachment.key != key))
            />
        </li>
    }
}
