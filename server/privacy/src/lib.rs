//! Detects and masks personal and secret data in text, without side effects.
//!
//! The audit trail uses it, because audit records are kept longer than the data they refer to. It
//! recognises data with a fixed format: e-mail addresses, payment card numbers (Luhn check), IBANs
//! (check digits) and keys. It does not detect names or postal addresses.

mod checks;
mod detect;
#[cfg(test)]
mod tests;

pub use detect::{SensitiveSpan, detect};

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// Kind of personal or secret data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SensitiveKind {
    Email,
    PaymentCard,
    /// International bank account number.
    Iban,
    /// Key, token or password.
    Secret,
}

impl SensitiveKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Email, Self::PaymentCard, Self::Iban, Self::Secret];

    /// Returns the word on the wire and in the audit trail.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PaymentCard => "payment_card",
            Self::Iban => "iban",
            Self::Secret => "secret",
        }
    }

    /// Returns the text that replaces the data.
    #[must_use]
    pub const fn mask(self) -> &'static str {
        match self {
            Self::Email => "[email]",
            Self::PaymentCard => "[payment_card]",
            Self::Iban => "[iban]",
            Self::Secret => "[secret]",
        }
    }
}

impl fmt::Display for SensitiveKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The number of masked occurrences of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    pub kind: SensitiveKind,
    pub count: usize,
}

/// Masks all detected data and returns the masked text with the number of occurrences by kind.
/// Masking is idempotent.
#[must_use]
pub fn mask(text: &str) -> (String, Vec<Redaction>) {
    let mut masked = String::with_capacity(text.len());
    let mut counts = BTreeMap::new();
    let mut copied_to = 0;
    for span in detect(text) {
        masked.push_str(text.get(copied_to..span.start).unwrap_or_default());
        masked.push_str(span.kind.mask());
        copied_to = span.end;
        *counts.entry(span.kind).or_insert(0) += 1;
    }
    masked.push_str(text.get(copied_to..).unwrap_or_default());
    (masked, counts.into_iter().map(|(kind, count)| Redaction { kind, count }).collect())
}
