//! Where in a text something stands that should not be told.

use crate::{Kind, checks};
use regex::Regex;
use std::sync::LazyLock;

/// A stretch of a text that is personal or secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// Finds all there is, in order. What overlaps becomes one finding of the kind that begins first, so
/// that no end of anything is left standing.
#[must_use]
pub fn find(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    secrets(text, &mut found);
    emails(text, &mut found);
    ibans(text, &mut found);
    cards(text, &mut found);
    found.sort_by_key(|finding| (finding.start, std::cmp::Reverse(finding.end)));
    let mut apart: Vec<Finding> = Vec::with_capacity(found.len());
    for finding in found {
        match apart.last_mut() {
            Some(last) if finding.start < last.end => last.end = last.end.max(finding.end),
            _ => apart.push(finding),
        }
    }
    apart
}

/// The patterns are constants that the tests compile; one that did not would find nothing.
fn pattern(source: &str) -> Option<Regex> {
    Regex::new(source).ok()
}

/// Shapes of keys that say themselves what they are. The secret is the first group, or all.
const SECRET_SHAPES: &[&str] = &[
    // What follows `Bearer` or `Basic` in a header.
    r"(?i)\b(?:bearer|basic)\s+([a-z0-9._~+/-]{8,}=*)",
    // What is assigned to a name that says it is secret: `api_key=...`, `"password": "..."`.
    r#"(?i)\b[a-z0-9_.-]*(?:api[_-]?key|secret|token|passw(?:or)?d|contraseña|clave)[a-z0-9_.-]*["']?\s*[:=]\s*["']?([^\s"',;&]{6,})"#,
    // User and password in an address.
    r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:([^\s/@]+)@",
    // Keys of OpenAI, Anthropic, Stripe and their like.
    r"\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}",
    // GitHub, GitLab, Slack, Google, AWS, Hugging Face, npm, SendGrid.
    r"\bgh[pousr]_[A-Za-z0-9]{20,}",
    r"\bgithub_pat_[A-Za-z0-9_]{20,}",
    r"\bglpat-[A-Za-z0-9_-]{16,}",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"\bAIza[A-Za-z0-9_-]{30,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"\bhf_[A-Za-z0-9]{20,}",
    r"\bnpm_[A-Za-z0-9]{20,}",
    r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    // Our own access tokens and one-time links.
    r"\bpny_[A-Za-z0-9]{16,}",
    r"/auth/link/([A-Za-z0-9_-]{16,})",
    // JSON web tokens.
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*",
    // Private keys, whole.
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
];

fn secrets(text: &str, found: &mut Vec<Finding>) {
    static SHAPES: LazyLock<Vec<Regex>> =
        LazyLock::new(|| SECRET_SHAPES.iter().filter_map(|shape| pattern(shape)).collect());
    for shape in SHAPES.iter() {
        for capture in shape.captures_iter(text) {
            let Some(secret) = capture.get(1).or_else(|| capture.get(0)) else { continue };
            // What is masked already stays as it is, and so does a count of tokens.
            let is_masked = Kind::ALL.iter().any(|kind| kind.mask() == secret.as_str());
            let is_count = secret.as_str().bytes().all(|byte| byte.is_ascii_digit())
                && capture.get(0).is_some_and(|whole| whole.as_str().to_lowercase().contains("tokens"));
            if !is_masked && !is_count {
                found.push(Finding { start: secret.start(), end: secret.end(), kind: Kind::Secret });
            }
        }
    }
}

fn emails(text: &str, found: &mut Vec<Finding>) {
    static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"[\p{L}\p{N}][\p{L}\p{N}._%+'-]*@[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)+",
        )
    });
    let addresses = SHAPE.iter().flat_map(|shape| shape.find_iter(text));
    // The last label of a domain is no number: `2@3.14` is a sum.
    let addresses = addresses.filter(|address| {
        let last = address.as_str().rsplit('.').next().unwrap_or_default();
        last.chars().count() >= 2 && !last.chars().all(|letter| letter.is_ascii_digit())
    });
    found.extend(addresses.map(|address| Finding {
        start: address.start(),
        end: address.end(),
        kind: Kind::Email,
    }));
}

fn ibans(text: &str, found: &mut Vec<Finding>) {
    static START: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?i)\b[a-z]{2}[0-9]{2}"));
    for start in START.iter().flat_map(|start| start.find_iter(text)).map(|start| start.start()) {
        let country = text.get(start..start + 2).unwrap_or_default();
        let Some(length) = checks::iban_length(country) else { continue };
        let rest = text.get(start..).unwrap_or_default();
        if let Some((compact, end)) = gather(rest, length, |letter| letter.is_ascii_alphanumeric())
            && checks::is_iban(&compact)
        {
            found.push(Finding { start, end: start + end, kind: Kind::Iban });
        }
    }
}

fn cards(text: &str, found: &mut Vec<Finding>) {
    static START: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"[0-9][0-9 .\u{a0}-]{10,}[0-9]"));
    for candidate in START.iter().flat_map(|start| start.find_iter(text)) {
        let before = text.get(..candidate.start()).and_then(|before| before.chars().next_back());
        if before.is_some_and(|letter| letter.is_alphanumeric()) {
            continue;
        }
        let mut from = 0;
        // A card may stand among other numbers: try from the beginning of each group of digits.
        while let Some(rest) = candidate.as_str().get(from..) {
            let longest = (12..=19).rev().find_map(|length| {
                let (digits, end) = gather(rest, length, |letter| letter.is_ascii_digit())?;
                let digits: Vec<u8> = digits.bytes().map(|digit| digit - b'0').collect();
                checks::is_card(&digits).then_some(end)
            });
            let start = candidate.start() + from;
            if let Some(end) = longest {
                found.push(Finding { start, end: start + end, kind: Kind::PaymentCard });
                from += end;
            }
            let Some(next) =
                next_group(rest.get(longest.unwrap_or(0)..).unwrap_or_default(), longest.is_some())
            else {
                break;
            };
            from += next;
        }
    }
}

/// Says where the next group of digits begins, after the one a text begins with or, when that was
/// taken, after what separates it.
fn next_group(text: &str, is_taken: bool) -> Option<usize> {
    let gap = if is_taken { 0 } else { text.find(|letter: char| !letter.is_ascii_digit())? };
    let group = text.get(gap..)?.find(|letter: char| letter.is_ascii_digit())?;
    (gap + group > 0 || is_taken).then_some(gap + group)
}

/// Gathers `length` letters, passing over single spaces, dots and dashes between them, and says
/// where they end; `None` when there are too few or the word goes on.
fn gather(text: &str, length: usize, is_wanted: impl Fn(char) -> bool) -> Option<(String, usize)> {
    let mut compact = String::with_capacity(length);
    let mut was_gap = false;
    for (at, letter) in text.char_indices() {
        if compact.len() == length {
            return (!letter.is_alphanumeric()).then_some((compact, at));
        }
        if is_wanted(letter) {
            compact.push(letter);
            was_gap = false;
        } else if matches!(letter, ' ' | '\u{a0}' | '-' | '.') && !was_gap {
            was_gap = true;
        } else {
            return None;
        }
    }
    (compact.len() == length).then_some((compact, text.len()))
}

#[cfg(test)]
mod shape_tests {
    use super::*;

    #[test]
    fn every_shape_compiles() {
        for shape in SECRET_SHAPES {
            assert!(pattern(shape).is_some(), "{shape}");
        }
    }
}
