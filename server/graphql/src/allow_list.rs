//! The documents a cookie session may send: the page's own, and no others.
//!
//! A stolen or forged request in a browser can then do only what the page itself does. Whoever wants
//! to ask freely uses a token. A document is known by the hash of each of its definitions, spaces
//! and comments apart, so that the page may put a fragment beside the operations that use it.

use crate::lexer::Glance;
use std::{collections::HashSet, sync::LazyLock};

/// The page's documents.
#[derive(rust_embed::RustEmbed)]
#[folder = "../../app/src/api/ops"]
struct Documents;

static ALLOWED: LazyLock<HashSet<[u8; 32]>> = LazyLock::new(|| {
    documents()
        .iter()
        .flat_map(|(_, text)| crate::lexer::glance(text).definitions)
        .map(|definition| fingerprint(&definition))
        .collect()
});

/// Returns the page's documents by file name, in the order of their names.
#[must_use]
pub fn documents() -> Vec<(String, String)> {
    let mut found: Vec<_> = Documents::iter()
        .filter(|name| name.ends_with(".graphql"))
        .filter_map(|name| {
            let file = Documents::get(&name)?;
            Some((name.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    found.sort();
    found
}

/// Says whether a document consists of the page's own definitions.
pub(crate) fn allows(document: &Glance) -> bool {
    document.definitions.iter().all(|definition| ALLOWED.contains(&fingerprint(definition)))
}

fn fingerprint(definition: &str) -> [u8; 32] {
    *blake3::hash(definition.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::glance;

    #[test]
    fn the_pages_own_documents_are_allowed_and_their_variations_are_not() {
        for (name, text) in documents() {
            assert!(allows(&glance(&text)), "{name}");
            assert!(allows(&glance(&format!("# again\n{text}\n"))), "{name}");
            assert!(!allows(&glance(&format!("{text} query More {{ viewer {{ id }} }}"))), "{name}");
        }
        assert!(!allows(&glance("{ __schema { types { name } } }")));
    }
}
