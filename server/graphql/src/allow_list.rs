//! The allow list: a cookie session may send only the page's own documents.
//!
//! A forged request in a browser can therefore do only what the page itself does. Clients with a
//! token may send any document. Each top-level definition is identified by the hash of its text
//! without insignificant spaces and comments, so that fragments and operations can be combined freely.

use crate::lexer::DocumentScan;
use std::{collections::HashSet, sync::LazyLock};

#[derive(rust_embed::RustEmbed)]
#[folder = "../../app/src/api/ops"]
struct PageDocuments;

static ALLOWED: LazyLock<HashSet<[u8; 32]>> = LazyLock::new(|| {
    documents()
        .iter()
        .flat_map(|(_, text)| crate::lexer::scan(text).definitions)
        .map(|definition| fingerprint(&definition))
        .collect()
});

/// Returns the page's documents as pairs of file name and text, sorted by file name.
#[must_use]
pub fn documents() -> Vec<(String, String)> {
    let mut documents: Vec<_> = PageDocuments::iter()
        .filter(|name| name.ends_with(".graphql"))
        .filter_map(|name| {
            let file = PageDocuments::get(&name)?;
            Some((name.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    documents.sort();
    documents
}

/// Returns whether every definition of a document is one of the page's.
pub(crate) fn is_allowed(document: &DocumentScan) -> bool {
    document.definitions.iter().all(|definition| ALLOWED.contains(&fingerprint(definition)))
}

fn fingerprint(definition: &str) -> [u8; 32] {
    *blake3::hash(definition.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::scan;

    #[test]
    fn only_the_pages_documents_are_allowed() {
        for (name, text) in documents() {
            assert!(is_allowed(&scan(&text)), "{name}");
            assert!(is_allowed(&scan(&format!("# again\n{text}\n"))), "{name}");
            assert!(!is_allowed(&scan(&format!("{text} query More {{ viewer {{ id }} }}"))), "{name}");
        }
        assert!(!is_allowed(&scan("{ __schema { types { name } } }")));
    }
}
