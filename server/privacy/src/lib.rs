//! Finds and masks what is personal or secret in a text. Pure: a text goes in, a text comes out.
//!
//! Used for the audit trail, whose records outlive what they are about. It knows what has a shape:
//! e-mail addresses, payment cards (with their Luhn check), IBANs (with their check digits) and
//! keys. Names and addresses have none and are not found here.

mod checks;
mod detect;
#[cfg(test)]
mod tests;

pub use detect::{Finding, find};

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A payment card's number.
    PaymentCard,
    /// An international bank account number.
    Iban,
    /// A key, token or password that opens something.
    Secret,
}

impl Kind {
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

    /// Returns what stands in its place.
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

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How often a kind was masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// What.
    pub kind: Kind,
    /// How often.
    pub count: usize,
}

/// Masks all that is found, and says what that was. Masking twice changes nothing more.
#[must_use]
pub fn mask(text: &str) -> (String, Vec<Redaction>) {
    let mut masked = String::with_capacity(text.len());
    let mut counts = BTreeMap::new();
    let mut done = 0;
    for finding in find(text) {
        masked.push_str(text.get(done..finding.start).unwrap_or_default());
        masked.push_str(finding.kind.mask());
        done = finding.end;
        *counts.entry(finding.kind).or_insert(0) += 1;
    }
    masked.push_str(text.get(done..).unwrap_or_default());
    (masked, counts.into_iter().map(|(kind, count)| Redaction { kind, count }).collect())
}
