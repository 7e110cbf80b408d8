//! Files made of what is on the page, in the browser alone.

use super::{content::Content, drawing::Reading, state};
use penny_types::artifacts::ArtifactKind;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A picture of points.
    Png,
    /// A picture of lines.
    Svg,
    /// A table.
    Csv,
    /// Everything, for programs.
    Json,
    /// Words.
    Markdown,
}

impl FileKind {
    /// Lists what can be made of an artifact of this kind.
    #[must_use]
    pub const fn of(kind: ArtifactKind) -> &'static [Self] {
        match kind {
            ArtifactKind::Chart => &[Self::Png, Self::Svg, Self::Csv, Self::Json],
            ArtifactKind::Table => &[Self::Csv, Self::Json],
            ArtifactKind::Dashboard => &[Self::Json],
            ArtifactKind::Markdown | ArtifactKind::Mermaid => &[Self::Markdown],
            ArtifactKind::File => &[],
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Markdown => "md",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::Csv => "text/csv;charset=utf-8",
            Self::Json => "application/json",
            Self::Markdown => "text/markdown;charset=utf-8",
        }
    }
}

/// Saves a file of this kind; `None` when there is nothing to save yet.
#[must_use]
pub fn save(file: FileKind, title: &str, reading: Reading) -> Option<()> {
    use leptos::prelude::GetUntracked;
    let name = state::file_name(title, file.extension());
    if file == FileKind::Png {
        // It is a data URL already.
        return download(&reading.drawn.picture("png")?, &name);
    }
    let content = reading.content.get_untracked()?.ok()?;
    let text = match (file, &*content) {
        (FileKind::Svg, _) => reading.drawn.picture("svg")?,
        (FileKind::Csv, content) => state::csv(content.table()?),
        (FileKind::Markdown, Content::Markdown(text)) => text.clone(),
        (FileKind::Markdown, Content::Mermaid(text)) => format!("```mermaid\n{}\n```\n", text.trim_end()),
        (FileKind::Json, Content::Chart(chart)) => serde_json::to_string_pretty(chart).ok()?,
        (FileKind::Json, Content::Table(table)) => serde_json::to_string_pretty(table).ok()?,
        (FileKind::Json, Content::Dashboard(dashboard)) => serde_json::to_string_pretty(dashboard).ok()?,
        _ => return None,
    };
    let options = BlobPropertyBag::new();
    options.set_type(file.media_type());
    let parts = js_sys::Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let outcome = download(&address, &name);
    // The download has its own hold on the bytes.
    let _ = Url::revoke_object_url(&address);
    outcome
}

fn download(address: &str, name: &str) -> Option<()> {
    let document = leptos::prelude::document();
    let link = document.create_element("a").ok()?.dyn_into::<HtmlAnchorElement>().ok()?;
    link.set_href(address);
    link.set_download(name);
    link.click();
    Some(())
}
