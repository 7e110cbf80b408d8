//! What a document may cost before a single resolver runs.
//!
//! The parser, the validator and the cost visitors of the engine all recurse, and the cost visitors
//! walk a fragment again for every place it is spread in. So a document is first bounded here, by
//! passes that do neither; depth and complexity are then the engine's own.

use crate::lexer::{Glance, glance};
use async_graphql::{
    Name, Positioned, ServerError,
    parser::{
        parse_query,
        types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
    },
};
use penny_types::{Fault, FaultCode};
use penny_words::keys;
use std::collections::HashMap;

/// The longest document, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024;
/// The deepest nesting of brackets of any kind, in the text.
pub const MAX_NESTING: usize = 48;
/// The deepest selection the engine executes; the standard introspection query needs 14.
pub const MAX_DEPTH: usize = 16;
/// The largest complexity the engine executes: one a field, times the size of the page asked for.
pub const MAX_COMPLEXITY: usize = 12_000;
/// The most selections a document may come to with its fragments written out.
pub const MAX_SELECTIONS: usize = 2_000;
/// The most fields at the root of an operation, aliases counted.
pub const MAX_ROOT_FIELDS: usize = 20;
/// The most directives on one field.
pub const MAX_DIRECTIVES: usize = 4;
/// The most operations and fragments in a document.
pub const MAX_DEFINITIONS: usize = 64;

/// Says why a document is not executed.
#[derive(Debug)]
pub enum Refused {
    /// It breaks a limit.
    Fault(Box<Fault>),
    /// It is not GraphQL.
    Syntax(Box<ServerError>),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

/// Parses a document after bounding it.
///
/// # Errors
/// A `too_large` or `invalid` fault naming the limit it breaks, or the parser's own error.
pub(crate) fn inspect(document: &str) -> Result<(ExecutableDocument, Glance), Refused> {
    if document.len() > MAX_DOCUMENT_BYTES {
        return Err(over(FaultCode::TooLarge, keys::GRAPHQL_TOO_LONG, MAX_DOCUMENT_BYTES).into());
    }
    let seen = glance(document);
    if seen.deepest > MAX_NESTING {
        return Err(over(FaultCode::Invalid, keys::GRAPHQL_TOO_DEEP, MAX_NESTING).into());
    }
    if seen.definitions.len() > MAX_DEFINITIONS {
        return Err(over(FaultCode::Invalid, keys::GRAPHQL_TOO_MANY_FIELDS, MAX_DEFINITIONS).into());
    }
    let parsed = parse_query(document).map_err(|error| Refused::Syntax(Box::new(error.into())))?;
    check_size(&parsed)?;
    Ok((parsed, seen))
}

fn over(code: FaultCode, key: &str, limit: usize) -> Fault {
    Fault::keyed(code, key).arg("limit", limit)
}

/// Refuses a document that is large once its fragments are written out, or whose fragments go round
/// in a circle.
fn check_size(document: &ExecutableDocument) -> Result<(), Fault> {
    let mut count = Count { fragments: &document.fragments, known: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        let root = &operation.node.selection_set.node;
        if root.items.len() > MAX_ROOT_FIELDS {
            return Err(over(FaultCode::Invalid, keys::GRAPHQL_TOO_MANY_ROOTS, MAX_ROOT_FIELDS));
        }
        if count.selections(root) > MAX_SELECTIONS {
            return Err(over(FaultCode::Invalid, keys::GRAPHQL_TOO_MANY_FIELDS, MAX_SELECTIONS));
        }
    }
    Ok(())
}

/// Counts each fragment once, however often it is spread.
struct Count<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None` while a fragment is being counted: meeting it again means a circle.
    known: HashMap<&'a Name, Option<usize>>,
}

impl<'a> Count<'a> {
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
        match self.known.get(name) {
            Some(Some(size)) => return *size,
            Some(None) => return usize::MAX,
            None => {}
        }
        let Some(fragment) = self.fragments.get(name) else { return 0 };
        self.known.insert(name, None);
        let size = self.selections(&fragment.node.selection_set.node);
        self.known.insert(name, Some(size));
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(document: &str) -> Option<String> {
        match inspect(document) {
            Ok(_) => None,
            Err(Refused::Fault(fault)) => Some(fault.message_key),
            Err(Refused::Syntax(_)) => Some("syntax".to_owned()),
        }
    }

    #[test]
    fn each_limit_has_its_own_sentence() {
        let laughs = (0..40).fold("{ ...f0 } fragment f40 on Q { a }".to_owned(), |text, n| {
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
            (laughs, Some("graphql-too-many-fields")),
            (
                "{ ...a } fragment a on Q { ...b } fragment b on Q { ...a }".to_owned(),
                Some("graphql-too-many-fields"),
            ),
            ("{ ...missing }".to_owned(), None),
        ] {
            let start: String = document.chars().take(40).collect();
            assert_eq!(key(&document).as_deref(), expected, "{start}");
        }
    }
}
