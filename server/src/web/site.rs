//! The built files of the page: inside the program, or in a folder while one works on it.

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

/// What a release build carries.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Embedded;

/// Names never change their content: browsers may keep them for good.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Names may change their content: browsers ask each time whether it did.
const ASK: &str = "public, no-cache";

/// Where the page's files come from.
#[derive(Debug, Default)]
pub struct Site {
    folder: Option<PathBuf>,
    assets: OnceLock<SiteAssets>,
}

struct File {
    bytes: Cow<'static, [u8]>,
    tag: Option<String>,
}

impl Site {
    /// Makes the site from a folder, or from what the program carries. A debug build carries nothing and reads
    /// the folder that the site is built into, which need not exist while the program is compiled.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        let built = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site"));
        let folder = folder.or_else(|| cfg!(debug_assertions).then(built));
        Self { folder, assets: OnceLock::new() }
    }

    /// Says whether there is a site to serve.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.find("manifest.json").is_some()
    }

    /// Returns where the page's files are. Read anew each time while they can change.
    #[must_use]
    pub fn assets(&self) -> SiteAssets {
        let read = || {
            let manifest = self.find("manifest.json").map(|file| serde_json::from_slice(&file.bytes));
            manifest.and_then(Result::ok).unwrap_or_default()
        };
        if self.folder.is_some() { read() } else { self.assets.get_or_init(read).clone() }
    }

    fn find(&self, path: &str) -> Option<File> {
        match &self.folder {
            None => Embedded::get(path).map(File::from),
            Some(folder) => {
                let is_plain =
                    path.split('/').all(|piece| !piece.is_empty() && piece != ".." && piece != ".");
                let bytes = is_plain.then(|| std::fs::read(folder.join(path)).ok()).flatten()?;
                Some(File { bytes: bytes.into(), tag: None })
            }
        }
    }
}

impl From<EmbeddedFile> for File {
    fn from(file: EmbeddedFile) -> Self {
        let hash = file.metadata.sha256_hash();
        let tag = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect::<String>();
        Self { bytes: file.data, tag: Some(format!("\"{tag}\"")) }
    }
}

/// Returns the routes of the files.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/pkg/{*path}", get(package))
        .route("/static/{*path}", get(fixed))
        .route("/favicon.ico", get(icon))
        .route("/robots.txt", get(robots))
}

async fn package(State(state): State<AppState>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&state.site, &format!("pkg/{path}"), &headers, FOREVER)
}

async fn fixed(State(state): State<AppState>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&state.site, &format!("static/{path}"), &headers, ASK)
}

async fn icon(State(state): State<AppState>, headers: HeaderMap) -> Response {
    serve(&state.site, "static/icon.svg", &headers, ASK)
}

/// Nothing here is for search engines.
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
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some() && known == file.tag.as_deref() {
        return (StatusCode::NOT_MODIFIED, [(header::CACHE_CONTROL, cache)]).into_response();
    }
    let mut response = Response::new(Body::from(file.bytes));
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_compressed {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if let Some(tag) = file.tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        answer.insert(header::ETAG, tag);
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
