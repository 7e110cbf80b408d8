//! Attachments: text files that are read in the browser, stored as artifacts and referred to by the message.

use super::thread::Thread;
use crate::{
    features::chat::state::{Attachment, Block, UploadState},
    state::{tr, tr_with, use_locale},
    ui::{Glyph, Icon, IconButton},
};
use leptos::{html, prelude::*, task::spawn_local};
use penny_i18n::{formats, keys};
use penny_types::{
    Fault, FaultCode, MessageId,
    artifacts::{ArtifactKind, NewArtifact},
    conversations::FilePart,
};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

/// Maximum file size, in bytes. The text sent to a model is limited further by the server.
const MAX_BYTES: f64 = 512.0 * 1024.0;
/// File types offered by default; other text files can be chosen too.
const ACCEPTED: &str = "text/*,.md,.csv,.tsv,.json,.xml,.yaml,.yml,.toml,.log,.sql,.html";

impl Thread {
    /// Adds files to the composer and uploads them.
    pub fn attach_files(self, files: Option<FileList>) {
        let Some(files) = files else { return };
        for file in (0..files.length()).filter_map(|index| files.item(index)) {
            self.upload(file);
        }
    }

    /// Puts the attachments of an unsent message back into the composer.
    pub fn restore_attachments(self, files: Vec<FilePart>) {
        for file in files {
            self.add_attachment(file.name.clone(), UploadState::Ready(file));
        }
    }

    /// Returns the attachments of a message.
    #[must_use]
    pub fn attachments_of(self, id: MessageId) -> Vec<FilePart> {
        let files = self.state.try_with_value(|state| {
            let message = state.messages().iter().find(|message| message.id == Some(id))?;
            let files = message.blocks.iter().filter_map(|block| match block {
                Block::File(file) => Some(file.clone()),
                _ => None,
            });
            Some(files.collect())
        });
        files.flatten().unwrap_or_default()
    }

    /// Removes all attachments from the composer and returns the uploaded ones.
    #[must_use]
    pub fn take_ready_attachments(self) -> Vec<FilePart> {
        let taken = self.attachments.try_update(std::mem::take).unwrap_or_default();
        taken.iter().filter_map(Attachment::ready).cloned().collect()
    }

    fn add_attachment(self, name: String, upload: UploadState) -> u64 {
        let key = self.attachments.with_untracked(|all| all.last().map_or(0, |last| last.key + 1));
        self.attachments.update(|all| all.push(Attachment { key, name, upload }));
        key
    }

    fn upload(self, file: File) {
        let key = self.add_attachment(file.name(), UploadState::Sending);
        spawn_local(async move {
            let upload = match self.store_file(&file).await {
                Ok(part) => UploadState::Ready(part),
                Err(fault) => UploadState::Failed(fault),
            };
            self.attachments.try_update(|all| {
                if let Some(attachment) = all.iter_mut().find(|attachment| attachment.key == key) {
                    attachment.upload = upload;
                }
            });
        });
    }

    /// Stores a text file as an artifact.
    async fn store_file(self, file: &File) -> Result<FilePart, Fault> {
        let name = file.name();
        if file.size() > MAX_BYTES {
            return Err(Fault::with_message(FaultCode::TooLarge, keys::CHAT_ATTACH_TOO_LARGE));
        }
        let not_text = || Fault::with_message(FaultCode::Invalid, keys::CHAT_ATTACH_NOT_TEXT);
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

/// Button that opens the file picker.
#[component]
pub fn AttachButton(thread: Thread) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let on_change = move |_| {
        if let Some(input) = input.get_untracked() {
            thread.attach_files(input.files());
            // Allows the same file to be chosen again.
            input.set_value("");
        }
    };
    view! {
        <IconButton glyph=Glyph::Paperclip label=tr(keys::CHAT_ATTACH) class="composer-attach" on_press=choose/>
        <input node_ref=input r#type="file" multiple hidden accept=ACCEPTED tabindex="-1" aria-hidden="true" on:change=on_change/>
    }
    .into_any()
}

/// The attachments in the composer.
#[component]
pub fn Attachments(thread: Thread) -> impl IntoView {
    let rows = move || {
        thread.attachments.get().into_iter().map(|attachment| chip(thread, attachment)).collect_view()
    };
    let has_any = Memo::new(move |_| thread.attachments.with(|all| !all.is_empty()));
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
        UploadState::Sending => ("attached attached-sending", Glyph::LoaderCircle),
        UploadState::Ready(_) => ("attached", Glyph::Paperclip),
        UploadState::Failed(_) => ("attached attached-bad", Glyph::TriangleAlert),
    };
    let status = match upload {
        UploadState::Sending => tr(keys::CHAT_ATTACHING).into_any(),
        UploadState::Ready(file) => (move || formats::bytes(locale.get(), file.size_bytes)).into_any(),
        UploadState::Failed(fault) => {
            view! { <span role="alert">{move || penny_i18n::fault(locale.get(), &fault)}</span> }.into_any()
        }
    };
    let file_name = name.clone();
    let remove = tr_with(keys::CHAT_ATTACH_REMOVE, move || [("name", file_name.clone())]);
    view! {
        <li class=class>
            <Icon glyph=glyph/>
            <span class="attached-name" dir="auto">{name}</span>
            <small>{status}</small>
            <IconButton
                glyph=Glyph::X
                label=remove
                on_press=move |_| thread.attachments.update(|all| all.retain(|attachment| attachment.key != key))
            />
        </li>
    }
}
