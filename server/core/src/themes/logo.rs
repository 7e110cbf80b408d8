//! Logos: small pictures from an administrator, shown to everyone, so they are let in by a list of
//! what is allowed rather than cleaned of what is known to be bad.

use data_encoding::BASE64;

/// The largest logo, in bytes: it travels inside the page.
pub const MAX_BYTES: usize = 48 * 1024;

/// The largest side of a PNG, in pixels.
const MAX_PIXELS: u32 = 2048;

/// Says why a logo is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// Neither of the two kinds taken.
    #[error("a logo is an SVG or a PNG")]
    UnknownKind,
    /// Too many bytes or pixels.
    #[error("the logo is too large")]
    TooLarge,
    /// Something in the SVG is not on the list.
    #[error("the SVG contains `{0}`, which a logo may not")]
    NotAllowed(String),
    /// The SVG does not parse.
    #[error("the SVG is not well formed")]
    Malformed,
}

/// Checks a logo and returns it as a data URL, which a page shows as an image: nothing in it runs.
///
/// # Errors
/// When it is too large, of another kind, or carries anything but shapes.
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

/// Reads the size out of the header chunk (PNG specification, 11.2.1).
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

const ELEMENTS: &[&str] = &[
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

const ATTRIBUTES: &[&str] = &[
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

/// Walks the tags. Whatever is not on the lists, and every construct with a memory or a reach of its
/// own (doctype, entities, processing instructions, CDATA, comments), is refused.
fn check_svg(text: &str) -> Result<(), LogoError> {
    let mut rest = strip_declaration(text)?;
    let mut open: Vec<&str> = Vec::new();
    let mut is_first = true;
    while !rest.is_empty() {
        let Some((words, after)) = rest.split_once('<') else {
            return if open.is_empty() && rest.trim().is_empty() {
                Ok(())
            } else {
                Err(LogoError::Malformed)
            };
        };
        check_words(words, open.is_empty())?;
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

fn check_words(words: &str, is_outside: bool) -> Result<(), LogoError> {
    if is_outside && !words.trim().is_empty() {
        return Err(LogoError::Malformed);
    }
    check_text(words)
}

/// Refuses entities other than the five of XML: custom ones need a doctype, which is refused too.
fn check_text(text: &str) -> Result<(), LogoError> {
    for (at, _) in text.match_indices('&') {
        let rest = text.get(at..).unwrap_or_default();
        if !["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"].iter().any(|entity| rest.starts_with(entity)) {
            return Err(LogoError::NotAllowed(rest.chars().take(12).collect()));
        }
    }
    Ok(())
}

/// Checks one opening tag, without its brackets, and returns its name.
fn check_tag(tag: &str) -> Result<&str, LogoError> {
    let (name, mut rest) = tag.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((tag, ""));
    if !ELEMENTS.contains(&name) {
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
    if !ATTRIBUTES.contains(&name) {
        return Err(LogoError::NotAllowed(name.chars().take(32).collect()));
    }
    check_text(value)?;
    if name == "xmlns" {
        return if value == "http://www.w3.org/2000/svg" { Ok(()) } else { Err(LogoError::Malformed) };
    }
    let lower = value.to_ascii_lowercase();
    // A reference may only point inside the picture.
    let is_reaching = lower.matches("url(").count() != lower.matches("url(#").count();
    if is_reaching || lower.contains(':') || lower.contains('\\') {
        return Err(LogoError::NotAllowed(format!(
            "{name}=\"{}\"",
            value.chars().take(32).collect::<String>()
        )));
    }
    Ok(())
}
