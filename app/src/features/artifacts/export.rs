//! Export of artifacts as files, created in the browser.

use super::{content::VersionContent, rendering::ArtifactRenderState, state};
use penny_types::artifacts::ArtifactKind;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// File format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    Png,
    Svg,
    Csv,
    Json,
    Markdown,
}

impl ExportFormat {
    /// Returns the export formats of an artifact kind.
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

/// Saves an artifact as a file; `None` when it is not loaded yet or the export fails.
#[must_use]
pub fn save(format: ExportFormat, title: &str, render_state: ArtifactRenderState) -> Option<()> {
    use leptos::prelude::GetUntracked;
    let name = state::file_name(title, format.extension());
    if format == ExportFormat::Png {
        // The chart returns a data URL.
        return download(&render_state.chart.export("png")?, &name);
    }
    let content = render_state.content.get_untracked()?.ok()?;
    let text = match (format, &*content) {
        (ExportFormat::Svg, _) => render_state.chart.export("svg")?,
        (ExportFormat::Csv, content) => state::csv(content.table()?),
        (ExportFormat::Markdown, VersionContent::Markdown(text)) => text.clone(),
        (ExportFormat::Markdown, VersionContent::Mermaid(text)) => {
            format!("```mermaid\n{}\n```\n", text.trim_end())
        }
        (ExportFormat::Json, VersionContent::Chart(chart)) => serde_json::to_string_pretty(chart).ok()?,
        (ExportFormat::Json, VersionContent::Table(table)) => serde_json::to_string_pretty(table).ok()?,
        (ExportFormat::Json, VersionContent::Dashboard(dashboard)) => {
            serde_json::to_string_pretty(dashboard).ok()?
        }
        _ => return None,
    };
    let options = BlobPropertyBag::new();
    options.set_type(format.media_type());
    let parts = js_sys::Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    let outcome = download(&url, &name);
    // The started download keeps the bytes.
    let _ = Url::revoke_object_url(&url);
    outcome
}

fn download(url: &str, name: &str) -> Option<()> {
    let document = leptos::prelude::document();
    let link = document.create_element("a").ok()?.dyn_into::<HtmlAnchorElement>().ok()?;
    link.set_href(url);
    link.set_download(name);
    link.click();
    Some(())
}
