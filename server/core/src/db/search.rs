//! Full-text search over what was said, in the conversations a person owns.
//!
//! SQLite answers from an FTS5 index, PostgreSQL from a `tsvector`; both fold case and accents, find
//! words by their beginnings and want all of them in one message. What a person types is taken apart
//! into letters and digits before it comes near either query language.

use super::{Batch, StoreError, signed};
use penny_entity::message_search;
use penny_types::{ConversationId, MessageId, PrincipalId, TenantId};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DbBackend, EntityTrait, Statement,
};

/// Bytes of a message that are indexed; PostgreSQL takes no more than a megabyte at once.
const INDEXED_BYTES: usize = 64 * 1024;
/// Words of a query that count.
const MAX_TERMS: usize = 8;
/// Characters of a word that count.
const MAX_TERM_CHARS: usize = 40;
/// Characters of a snippet before and after where the first word stands.
const SNIPPET: (usize, usize) = (40, 100);

/// Makes what a message says findable. Call once a message.
pub fn index_text(
    batch: &mut Batch,
    tenant: TenantId,
    conversation: ConversationId,
    message: MessageId,
    text: &str,
) {
    let text = head(text, INDEXED_BYTES).replace('\0', " ");
    if terms(&text).is_empty() {
        return;
    }
    let row = message_search::ActiveModel {
        id: NotSet,
        tenant_id: Set(tenant),
        conversation_id: Set(conversation),
        message_id: Set(message),
        text: Set(text),
    };
    batch.push(&message_search::Entity::insert(row));
}

/// Finds the owner's conversations in which a message has every word of `query`, the last changed
/// first, each with the words around its newest find.
///
/// # Errors
/// When the database does not answer. No query is refused: one without letters finds nothing.
pub async fn find(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    owner: PrincipalId,
    query: &str,
    limit: u64,
) -> Result<Vec<(ConversationId, String)>, StoreError> {
    let terms = terms(query);
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let backend = tx.get_database_backend();
    let (sql, pattern) = match backend {
        DbBackend::Postgres => (POSTGRES, join(&terms, " & ", |term| format!("{term}:*"))),
        _ => (SQLITE, join(&terms, " ", |term| format!("\"{term}\"*"))),
    };
    let limit = signed(limit);
    let values = [pattern.into(), tenant.into(), owner.into(), limit.into()];
    let rows = tx.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    rows.iter()
        .map(|row| {
            let conversation = row.try_get_by_index(0)?;
            let text: String = row.try_get_by_index(1)?;
            Ok((conversation, snippet(&text, &terms)))
        })
        .collect()
}

const SQLITE: &str = "
    SELECT conversation_id, text FROM (
        SELECT m.conversation_id, m.text, c.updated_at,
               row_number() OVER (PARTITION BY m.conversation_id ORDER BY m.id DESC) AS place
        FROM message_search_index AS i
        JOIN message_search AS m ON m.id = i.rowid
        JOIN conversation AS c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
        WHERE message_search_index MATCH $1 AND m.tenant_id = $2 AND c.owner_id = $3 AND c.deleted_at IS NULL
    ) AS found WHERE place = 1 ORDER BY updated_at DESC LIMIT $4";

const POSTGRES: &str = "
    SELECT conversation_id, text FROM (
        SELECT m.conversation_id, m.text, c.updated_at,
               row_number() OVER (PARTITION BY m.conversation_id ORDER BY m.id DESC) AS place
        FROM message_search AS m
        JOIN conversation AS c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
        WHERE m.words @@ to_tsquery('simple', $1) AND m.tenant_id = $2 AND c.owner_id = $3 AND c.deleted_at IS NULL
    ) AS found WHERE place = 1 ORDER BY updated_at DESC LIMIT $4";

/// Takes a text apart into folded words of letters and digits: nothing else reaches a query language.
fn terms(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_TERMS)
        .map(|word| word.chars().take(MAX_TERM_CHARS).map(fold).collect())
        .collect()
}

fn join(terms: &[String], between: &str, dress: impl Fn(&String) -> String) -> String {
    terms.iter().map(dress).collect::<Vec<_>>().join(between)
}

/// Folds case and the accents of western European languages, one character to one.
fn fold(letter: char) -> char {
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    let position = message_search::ACCENTED.chars().position(|accented| accented == lower);
    position.and_then(|position| message_search::PLAIN.chars().nth(position)).unwrap_or(lower)
}

/// Cuts a text to at most `bytes`, between characters.
fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// Cuts out the words around the first find, on one line.
fn snippet(text: &str, terms: &[String]) -> String {
    let letters: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let folded: Vec<char> = letters.iter().copied().map(fold).collect();
    let found = (0..folded.len()).find(|&start| {
        let begins_word = start == 0 || folded.get(start - 1).is_some_and(|before| !before.is_alphanumeric());
        begins_word && terms.iter().any(|term| begins_with(&folded, start, term))
    });
    let at = found.unwrap_or(0);
    let (start, end) = (at.saturating_sub(SNIPPET.0), (at + SNIPPET.1).min(letters.len()));
    let cut: String = letters.get(start..end).unwrap_or_default().iter().collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if end < letters.len() { "…" } else { "" };
    format!("{before}{}{after}", cut.trim())
}

fn begins_with(folded: &[char], start: usize, term: &str) -> bool {
    let mut rest = folded.iter().skip(start);
    term.chars().all(|letter| rest.next() == Some(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_of_a_query_count() {
        for (query, expected) in [
            ("", vec![]),
            ("  \t\n ", vec![]),
            ("\"'*():^-", vec![]),
            ("Compañía Ñandú", vec!["compania", "nandu"]),
            ("a' OR 1=1 --", vec!["a", "or", "1", "1"]),
            ("text: NEAR(x, 5) AND NOT *", vec!["text", "near", "x", "5", "and", "not"]),
            ("foo & !bar | <-> baz:*", vec!["foo", "bar", "baz"]),
            ("\u{202e}שלום\0", vec!["שלום"]),
        ] {
            assert_eq!(terms(query), expected, "{query:?}");
        }
    }

    #[test]
    fn a_query_of_any_length_becomes_a_few_short_words() {
        let long = "x".repeat(10_000);
        let terms = terms(&format!("{long} ").repeat(100));
        assert_eq!(terms.len(), MAX_TERMS);
        assert!(terms.iter().all(|term| term.chars().count() == MAX_TERM_CHARS));
    }

    #[test]
    fn accents_and_their_plain_letters_pair_up() {
        assert_eq!(message_search::ACCENTED.chars().count(), message_search::PLAIN.chars().count());
    }

    #[test]
    fn a_snippet_shows_the_find_on_one_line() {
        let text = format!("{}the\n\nGROSS   margin fell{}", "word ".repeat(30), " more".repeat(60));
        let snippet = snippet(&text, &["margin".to_owned()]);
        assert!(snippet.starts_with('…') && snippet.ends_with('…'), "{snippet}");
        assert!(snippet.contains("the GROSS margin fell"), "{snippet}");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(head("ñañ", 1), "");
        assert_eq!(head("ñañ", 3), "ña");
        assert_eq!(head("ñañ", 99), "ñañ");
    }
}
