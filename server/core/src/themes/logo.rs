//! Validation of logos. An SVG may contain only elements and attributes from an allow list; it is rejected
//! otherwise, not sanitised.

use data_encoding::BASE64;

/// Maximum size of a logo. Small, because it is embedded in the page as a data URL.
pub const MAX_BYTES: usize = 48 * 1024;

/// Maximum width and height of a PNG.
const MAX_PIXELS: u32 = 2048;

/// Why a logo is rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    #[error("the logo is neither an SVG nor a PNG")]
    UnknownKind,
    #[error("the logo is too large")]
    TooLarge,
    #[error("the SVG contains `{0}`, which is not allowed in a logo")]
    NotAllowed(String),
    #[error("the SVG is not well formed")]
    Malformed,
}

/// Validates a logo and returns it as a data URL. Scripts do not run in an image from a data URL.
///
/// # Errors
/// When the logo is too large, is neither SVG nor PNG, or contains anything not on the allow list.
pub fn data_url(bytes: &[u8]) -> Result<String, LogoError> {
    if bytes.len() > MAX_BYTES {
        return Err(LogoError::TooLarge);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        check_png(bytes)?;
        return Ok(format!("data:image/png;base64,{}", BASE64.encode(bytes)));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| LogoError::UnknownKind)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with('<') {
        return Err(LogoError::UnknownKind);
    }
    check_svg(text)?;
    Ok(format!("data:image/svg+xml;base64,{}", BASE64.encode(text.as_bytes())))
}

/// Checks the dimensions in the IHDR chunk (PNG specification, 11.2.1).
fn check_png(bytes: &[u8]) -> Result<(), LogoError> {
    let side = |at: usize| {
        let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    match (bytes.get(12..16), side(16), side(20)) {
        (Some(b"IHDR"), Some(width), Some(height)) if width > 0 && height > 0 => {
            if width > MAX_PIXELS || height > MAX_PIXELS { Err(LogoError::TooLarge) } else { Ok(()) }
        }
        _ => Err(LogoError::UnknownKind),
    }
}

const ALLOWED_ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "defs",
    "title",
    "desc",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "text",
    "tspan",
];

const ALLOWED_ATTRIBUTES: &[&str] = &[
    "xmlns",
    "version",
    "viewBox",
    "width",
    "height",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "fx",
    "fy",
    "d",
    "points",
    "transform",
    "gradientTransform",
    "gradientUnits",
    "spreadMethod",
    "offset",
    "stop-color",
    "stop-opacity",
    "fill",
    "fill-opacity",
    "fill-rule",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-dasharray",
    "stroke-dashoffset",
    "opacity",
    "clip-path",
    "clip-rule",
    "clipPathUnits",
    "mask",
    "maskUnits",
    "id",
    "role",
    "aria-label",
    "aria-hidden",
    "preserveAspectRatio",
    "font-family",
    "font-size",
    "font-weight",
    "text-anchor",
    "letter-spacing",
    "dx",
    "dy",
    "color",
    "focusable",
];

/// Checks every tag and attribute against the allow lists. Doctypes, custom entities, processing
/// instructions, CDATA sections and comments are rejected.
fn check_svg(text: &str) -> Result<(), LogoError> {
    let mut rest = strip_declaration(text)?;
    let mut open: Vec<&str> = Vec::new();
    let mut is_first = true;
    while !rest.is_empty() {
        let Some((text, after)) = rest.split_once('<') else {
            return if open.is_empty() && rest.trim().is_empty() {
                Ok(())
            } else {
                Err(LogoError::Malformed)
            };
        };
        check_character_data(text, open.is_empty())?;
        let (tag, after) = after.split_once('>').ok_or(LogoError::Malformed)?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name.trim_end()) {
                return Err(LogoError::Malformed);
            }
            continue;
        }
        let (tag, is_closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name = check_tag(tag)?;
        if is_first != (name == "svg" && open.is_empty()) {
            return Err(LogoError::Malformed);
        }
        is_first = false;
        if !is_closed {
            open.push(name);
        }
    }
    if open.is_empty() && !is_first { Ok(()) } else { Err(LogoError::Malformed) }
}

fn strip_declaration(text: &str) -> Result<&str, LogoError> {
    match text.strip_prefix("<?xml ") {
        Some(rest) => rest.split_once("?>").map(|(_, rest)| rest.trim_start()).ok_or(LogoError::Malformed),
        None => Ok(text),
    }
}

fn check_character_data(text: &str, is_outside_root: bool) -> Result<(), LogoError> {
    if is_outside_root && !text.trim().is_empty() {
        return Err(LogoError::Malformed);
    }
    check_text(text)
}

/// Rejects entities other than the five predefined in XML.
fn check_text(text: &str) -> Result<(), LogoError> {
    for (at, _) in text.match_indices('&') {
        let rest = text.get(at..).unwrap_or_default();
        if !["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"].iter().any(|entity| rest.starts_with(entity)) {
            return Err(LogoError::NotAllowed(rest.chars().take(12).collect()));
        }
    }
    Ok(())
}

/// Checks an opening tag, given without its angle brackets, and returns its name.
fn check_tag(tag: &str) -> Result<&str, LogoError> {
    let (name, mut rest) = tag.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((tag, ""));
    if !ALLOWED_ELEMENTS.contains(&name) {
        return Err(LogoError::NotAllowed(format!("<{}>", name.chars().take(32).collect::<String>())));
    }
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(name);
        }
        let (attribute, after) = rest.split_once('=').ok_or(LogoError::Malformed)?;
        let attribute = attribute.trim_end();
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(LogoError::Malformed)?;
        let (value, after) =
            after.get(1..).and_then(|text| text.split_once(quote)).ok_or(LogoError::Malformed)?;
        check_attribute(attribute, value)?;
        rest = after;
    }
}

fn check_attribute(name: &str, value: &str) -> Result<(), LogoError> {
    if !ALLOWED_ATTRIBUTES.contains(&name) {
        return Err(LogoError::NotAllowed(name.chars().take(32).collect()));
    }
    check_text(value)?;
    if name == "xmlns" {
        return if value == "http://www.w3.org/2000/svg" { Ok(()) } else { Err(LogoError::Malformed) };
    }
    let lower = value.to_ascii_lowercase();
    // A reference may only point to an element of the same SVG.
    let has_external_reference = lower.matches("url(").count() != lower.matches("url(#").count();
    if has_external_reference || lower.contains(':') || lower.contains('\\') {
        return Err(LogoError::NotAllowed(format!(
            "{name}=\"{}\"",
            value.chars().take(32).collect::<String>()
        )));
    }
    Ok(())
}
