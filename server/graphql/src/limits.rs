//! Limits on documents, checked before any resolver runs.
//!
//! async-graphql's parser, validator and complexity visitors recurse, and the visitors walk a fragment
//! again for every spread. A document is therefore first checked here, by passes that do neither;
//! depth and complexity are then checked by async-graphql.

use crate::lexer::{DocumentScan, scan};
use async_graphql::{
    Name, Positioned, ServerError,
    parser::{
        parse_query,
        types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
    },
};
use penny_i18n::keys;
use penny_types::{Fault, FaultCode};
use std::collections::HashMap;

/// The maximum length of a document, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024;
/// The maximum nesting of brackets of any kind in a document's text.
pub const MAX_NESTING: usize = 48;
/// The maximum depth of a selection; the standard introspection query needs 14.
pub const MAX_DEPTH: usize = 16;
/// The maximum complexity: one per field, multiplied by the size of the requested page.
pub const MAX_COMPLEXITY: usize = 12_000;
/// The maximum number of selections in a document after its fragments are expanded.
pub const MAX_SELECTIONS: usize = 2_000;
/// The maximum number of root fields of an operation, aliases included.
pub const MAX_ROOT_FIELDS: usize = 20;
/// The maximum number of directives on one field.
pub const MAX_DIRECTIVES: usize = 4;
/// The maximum number of operations and fragments in a document.
pub const MAX_DEFINITIONS: usize = 64;

/// The reason why a document is not executed.
#[derive(Debug)]
pub enum DocumentError {
    /// It exceeds a limit.
    Fault(Box<Fault>),
    /// It is not GraphQL.
    Syntax(Box<ServerError>),
}

impl From<Fault> for DocumentError {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

/// Parses a document after checking its limits.
///
/// # Errors
/// Returns a `too_large` or `invalid` fault with the exceeded limit, or the parser's error.
pub(crate) fn parse_bounded(document: &str) -> Result<(ExecutableDocument, DocumentScan), DocumentError> {
    if document.len() > MAX_DOCUMENT_BYTES {
        return Err(limit_fault(FaultCode::TooLarge, keys::GRAPHQL_TOO_LONG, MAX_DOCUMENT_BYTES).into());
    }
    let scan = scan(document);
    if scan.max_depth > MAX_NESTING {
        return Err(limit_fault(FaultCode::Invalid, keys::GRAPHQL_TOO_DEEP, MAX_NESTING).into());
    }
    if scan.definitions.len() > MAX_DEFINITIONS {
        return Err(limit_fault(FaultCode::Invalid, keys::GRAPHQL_TOO_MANY_FIELDS, MAX_DEFINITIONS).into());
    }
    let parsed = parse_query(document).map_err(|error| DocumentError::Syntax(Box::new(error.into())))?;
    check_size(&parsed)?;
    Ok((parsed, scan))
}

fn limit_fault(code: FaultCode, key: &str, limit: usize) -> Fault {
    Fault::with_message(code, key).arg("limit", limit)
}

/// Rejects a document that is too large after its fragments are expanded, or whose fragments are cyclic.
fn check_size(document: &ExecutableDocument) -> Result<(), Fault> {
    let mut counter = SelectionCounter { fragments: &document.fragments, sizes: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        let root = &operation.node.selection_set.node;
        if root.items.len() > MAX_ROOT_FIELDS {
            return Err(limit_fault(FaultCode::Invalid, keys::GRAPHQL_TOO_MANY_ROOTS, MAX_ROOT_FIELDS));
        }
        if counter.selections(root) > MAX_SELECTIONS {
            return Err(limit_fault(FaultCode::Invalid, keys::GRAPHQL_TOO_MANY_FIELDS, MAX_SELECTIONS));
        }
    }
    Ok(())
}

/// Counts the selections of expanded selection sets; visits each fragment once.
struct SelectionCounter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Sizes by fragment; `None` while a fragment is being counted, so that a cycle is recognised.
    sizes: HashMap<&'a Name, Option<usize>>,
}

impl<'a> SelectionCounter<'a> {
    fn selections(&mut self, set: &'a SelectionSet) -> usize {
        set.items.iter().fold(0_usize, |sum, item| {
            sum.saturating_add(1).saturating_add(match &item.node {
                Selection::Field(field) => self.selections(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => self.selections(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            })
        })
    }

    fn fragment(&mut self, name: &'a Name) -> usize {
        match self.sizes.get(name) {
            Some(Some(size)) => return *size,
            Some(None) => return usize::MAX,
            None => {}
        }
        let Some(fragment) = self.fragments.get(name) else { return 0 };
        self.sizes.insert(name, None);
        let size = self.selections(&fragment.node.selection_set.node);
        self.sizes.insert(name, Some(size));
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message_key(document: &str) -> Option<String> {
        match parse_bounded(document) {
            Ok(_) => None,
            Err(DocumentError::Fault(fault)) => Some(fault.message_key),
            Err(DocumentError::Syntax(_)) => Some("syntax".to_owned()),
        }
    }

    #[test]
    fn each_limit_has_its_own_message() {
        let exponential_fragments = (0..40)
            .fold("{ ...f0 } fragment f40 on Q { a }".to_owned(), |text, n| {
                format!("{text} fragment f{n} on Q {{ ...f{} ...f{} }}", n + 1, n + 1)
            });
        for (document, expected) in [
            ("{ a }".to_owned(), None),
            ("{".to_owned(), Some("syntax")),
            ("{".repeat(60_000), Some("graphql-too-deep")),
            (format!("{{ a(b: {}) }}", "[".repeat(60_000)), Some("graphql-too-deep")),
            (format!("{{ {} }}", "a ".repeat(40_000)), Some("graphql-too-long")),
            (
                (0..21).fold("{".to_owned(), |t, n| format!("{t} a{n}: a")) + "}",
                Some("graphql-too-many-roots"),
            ),
            (format!("{{ a {{ {} }} }}", "b ".repeat(2_001)), Some("graphql-too-many-fields")),
            (exponential_fragments, Some("graphql-too-many-fields")),
            (
                "{ ...a } fragment a on Q { ...b } fragment b on Q { ...a }".to_owned(),
                Some("graphql-too-many-fields"),
            ),
            ("{ ...missing }".to_owned(), None),
        ] {
            let start: String = document.chars().take(40).collect();
            assert_eq!(message_key(&document).as_deref(), expected, "{start}");
        }
    }
}
