//! Detection of personal and secret data in text.

use crate::{SensitiveKind, checks};
use regex::Regex;
use std::sync::LazyLock;

/// A byte range of a text that holds personal or secret data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SensitiveSpan {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
    pub kind: SensitiveKind,
}

/// Returns all spans in order of their position. Overlapping spans are merged into one of the kind
/// that starts first, so that masking leaves no part of either visible.
#[must_use]
pub fn detect(text: &str) -> Vec<SensitiveSpan> {
    let mut spans = Vec::new();
    detect_secrets(text, &mut spans);
    detect_emails(text, &mut spans);
    detect_ibans(text, &mut spans);
    detect_cards(text, &mut spans);
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut merged: Vec<SensitiveSpan> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// Compiles a constant pattern; a test verifies that all of them compile.
fn compile(source: &str) -> Option<Regex> {
    Regex::new(source).ok()
}

/// Patterns of secrets. The secret is the first capture group, or the whole match without one.
const SECRET_PATTERNS: &[&str] = &[
    // Credentials after `Bearer` or `Basic` in a header.
    r"(?i)\b(?:bearer|basic)\s+([a-z0-9._~+/-]{8,}=*)",
    // Values assigned to a name of a secret: `api_key=...`, `"password": "..."`.
    r#"(?i)\b[a-z0-9_.-]*(?:api[_-]?key|secret|token|passw(?:or)?d|contraseña|clave)[a-z0-9_.-]*["']?\s*[:=]\s*["']?([^\s"',;&]{6,})"#,
    // Password in a URL.
    r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:([^\s/@]+)@",
    // OpenAI, Anthropic, Stripe and similar keys.
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
    // PENNY access tokens and sign-in links.
    r"\bpny_[A-Za-z0-9]{16,}",
    r"/auth/link/([A-Za-z0-9_-]{16,})",
    // JSON web tokens.
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*",
    // PEM private keys.
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
];

fn detect_secrets(text: &str, spans: &mut Vec<SensitiveSpan>) {
    static PATTERNS: LazyLock<Vec<Regex>> =
        LazyLock::new(|| SECRET_PATTERNS.iter().filter_map(|source| compile(source)).collect());
    for pattern in PATTERNS.iter() {
        for capture in pattern.captures_iter(text) {
            let Some(secret) = capture.get(1).or_else(|| capture.get(0)) else { continue };
            // Masks and token counts such as `tokens: 300` are not secrets.
            let is_masked = SensitiveKind::ALL.iter().any(|kind| kind.mask() == secret.as_str());
            let is_count = secret.as_str().bytes().all(|byte| byte.is_ascii_digit())
                && capture.get(0).is_some_and(|whole| whole.as_str().to_lowercase().contains("tokens"));
            if !is_masked && !is_count {
                spans.push(SensitiveSpan {
                    start: secret.start(),
                    end: secret.end(),
                    kind: SensitiveKind::Secret,
                });
            }
        }
    }
}

fn detect_emails(text: &str, spans: &mut Vec<SensitiveSpan>) {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        compile(
            r"[\p{L}\p{N}][\p{L}\p{N}._%+'-]*@[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)+",
        )
    });
    let addresses = PATTERN.iter().flat_map(|pattern| pattern.find_iter(text));
    // The last label of a domain name is not a number: `2@3.14` is not an address.
    let addresses = addresses.filter(|address| {
        let last = address.as_str().rsplit('.').next().unwrap_or_default();
        last.chars().count() >= 2 && !last.chars().all(|letter| letter.is_ascii_digit())
    });
    spans.extend(addresses.map(|address| SensitiveSpan {
        start: address.start(),
        end: address.end(),
        kind: SensitiveKind::Email,
    }));
}

fn detect_ibans(text: &str, spans: &mut Vec<SensitiveSpan>) {
    static START: LazyLock<Option<Regex>> = LazyLock::new(|| compile(r"(?i)\b[a-z]{2}[0-9]{2}"));
    for start in START.iter().flat_map(|start| start.find_iter(text)).map(|start| start.start()) {
        let country = text.get(start..start + 2).unwrap_or_default();
        let Some(length) = checks::iban_length(country) else { continue };
        let rest = text.get(start..).unwrap_or_default();
        if let Some((compact, end)) = take_compact(rest, length, |letter| letter.is_ascii_alphanumeric())
            && checks::is_iban(&compact)
        {
            spans.push(SensitiveSpan { start, end: start + end, kind: SensitiveKind::Iban });
        }
    }
}

fn detect_cards(text: &str, spans: &mut Vec<SensitiveSpan>) {
    static CANDIDATE: LazyLock<Option<Regex>> = LazyLock::new(|| compile(r"[0-9][0-9 .\u{a0}-]{10,}[0-9]"));
    for candidate in CANDIDATE.iter().flat_map(|pattern| pattern.find_iter(text)) {
        let before = text.get(..candidate.start()).and_then(|before| before.chars().next_back());
        if before.is_some_and(|letter| letter.is_alphanumeric()) {
            continue;
        }
        let mut from = 0;
        // Other numbers may precede the card number: try each group of digits as its start.
        while let Some(rest) = candidate.as_str().get(from..) {
            let longest = (12..=19).rev().find_map(|length| {
                let (digits, end) = take_compact(rest, length, |letter| letter.is_ascii_digit())?;
                let digits: Vec<u8> = digits.bytes().map(|digit| digit - b'0').collect();
                checks::is_card(&digits).then_some(end)
            });
            let start = candidate.start() + from;
            if let Some(end) = longest {
                spans.push(SensitiveSpan { start, end: start + end, kind: SensitiveKind::PaymentCard });
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

/// Returns the offset of the next group of digits: the first group if `is_consumed`, that is if the
/// text starts after a detected card number, otherwise the one after the group at the start.
fn next_group(text: &str, is_consumed: bool) -> Option<usize> {
    let gap = if is_consumed { 0 } else { text.find(|letter: char| !letter.is_ascii_digit())? };
    let group = text.get(gap..)?.find(|letter: char| letter.is_ascii_digit())?;
    (gap + group > 0 || is_consumed).then_some(gap + group)
}

/// Collects `length` wanted characters, skipping single spaces, dots and dashes between them, and
/// returns them with their end offset. Returns `None` when there are fewer, or when a letter or digit
/// follows.
fn take_compact(text: &str, length: usize, is_wanted: impl Fn(char) -> bool) -> Option<(String, usize)> {
    let mut compact = String::with_capacity(length);
    let mut was_gap = false;
    for (offset, letter) in text.char_indices() {
        if compact.len() == length {
            return (!letter.is_alphanumeric()).then_some((compact, offset));
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
mod pattern_tests {
    use super::*;

    #[test]
    fn all_secret_patterns_compile() {
        for source in SECRET_PATTERNS {
            assert!(compile(source).is_some(), "{source}");
        }
    }
}
