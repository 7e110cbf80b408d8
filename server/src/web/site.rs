//! The built files of the web page: embedded in the program, or in a folder during development.

use super::state::AppState;
use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use penny_app::SiteAssets;
use rust_embed::{EmbeddedFile, RustEmbed};
use std::{borrow::Cow, path::PathBuf, sync::OnceLock};

/// The files embedded in a release build.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct EmbeddedSite;

/// `Cache-Control` for files whose names contain their content hash.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// `Cache-Control` for files whose content may change under the same name.
const REVALIDATE: &str = "public, no-cache";

/// The source of the page's files.
#[derive(Debug, Default)]
pub struct Site {
    folder: Option<PathBuf>,
    assets: OnceLock<SiteAssets>,
}

struct SiteFile {
    bytes: Cow<'static, [u8]>,
    etag: Option<String>,
}

impl Site {
    /// Uses the files in a folder, or the embedded ones. A debug build embeds none; it reads the folder that the
    /// site is built into, which need not exist at compile time.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        let built = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site"));
        let folder = folder.or_else(|| cfg!(debug_assertions).then(built));
        Self { folder, assets: OnceLock::new() }
    }

    /// Returns whether the built site is present.
    #[must_use]
    pub fn is_built(&self) -> bool {
        self.find("manifest.json").is_some()
    }

    /// Returns the asset paths of the manifest; reads it each time if the site is in a folder.
    #[must_use]
    pub fn assets(&self) -> SiteAssets {
        let read = || {
            let manifest = self.find("manifest.json").map(|file| serde_json::from_slice(&file.bytes));
            manifest.and_then(Result::ok).unwrap_or_default()
        };
        if self.folder.is_some() { read() } else { self.assets.get_or_init(read).clone() }
    }

    fn find(&self, path: &str) -> Option<SiteFile> {
        match &self.folder {
            None => EmbeddedSite::get(path).map(SiteFile::from),
            Some(folder) => {
                let is_safe =
                    path.split('/').all(|segment| !segment.is_empty() && segment != ".." && segment != ".");
                let bytes = is_safe.then(|| std::fs::read(folder.join(path)).ok()).flatten()?;
                Some(SiteFile { bytes: bytes.into(), etag: None })
            }
        }
    }
}

impl From<EmbeddedFile> for SiteFile {
    fn from(file: EmbeddedFile) -> Self {
        let hash = file.metadata.sha256_hash();
        let etag = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect::<String>();
        Self { bytes: file.data, etag: Some(format!("\"{etag}\"")) }
    }
}

/// Returns the routes of the static files.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/pkg/{*path}", get(package_file))
        .route("/static/{*path}", get(static_file))
        .route("/favicon.ico", get(icon))
        .route("/robots.txt", get(robots))
}

async fn package_file(
    State(state): State<AppState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    serve(&state.site, &format!("pkg/{path}"), &headers, IMMUTABLE)
}

async fn static_file(
    State(state): State<AppState>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    serve(&state.site, &format!("static/{path}"), &headers, REVALIDATE)
}

async fn icon(State(state): State<AppState>, headers: HeaderMap) -> Response {
    serve(&state.site, "static/icon.svg", &headers, REVALIDATE)
}

/// Excludes all search engines.
async fn robots() -> Response {
    ([(header::CONTENT_TYPE, "text/plain")], "User-agent: *\nDisallow: /\n").into_response()
}

fn serve(site: &Site, path: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let accepts_brotli = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            item.trim().split(';').next() == Some("br") && !item.contains("q=0,") && !item.ends_with("q=0")
        });
    let compressed = accepts_brotli.then(|| site.find(&format!("{path}.br"))).flatten();
    let is_compressed = compressed.is_some();
    let Some(file) = compressed.or_else(|| site.find(path)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let client_etag = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if client_etag.is_some() && client_etag == file.etag.as_deref() {
        return (StatusCode::NOT_MODIFIED, [(header::CACHE_CONTROL, cache)]).into_response();
    }
    let mut response = Response::new(Body::from(file.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if let Some(etag) = file.etag.and_then(|etag| HeaderValue::from_str(&etag).ok()) {
        headers.insert(header::ETAG, etag);
    }
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
