//! Full-text search over the messages of the conversations that a user owns.
//!
//! SQLite uses an FTS5 index, PostgreSQL a `tsvector`. Both ignore case and accents, match words by prefix and require
//! all words in the same message. The user's query is reduced to words of letters and digits, so no operator of either
//! query language can be injected.

use super::{Batch, StoreError, signed};
use penny_entity::message_search;
use penny_types::{ConversationId, MessageId, PrincipalId, TenantId};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DbBackend, EntityTrait, Statement,
};

/// Number of bytes of a message that are indexed. A `tsvector` is limited to one megabyte.
const INDEXED_BYTES_MAX: usize = 64 * 1024;
/// Number of words of a query that are used.
const TERMS_MAX: usize = 8;
/// Number of characters of a word that are used.
const TERM_CHARS_MAX: usize = 40;
/// Characters of a snippet before the start of the match.
const SNIPPET_CHARS_BEFORE: usize = 40;
/// Characters of a snippet from the start of the match.
const SNIPPET_CHARS_AFTER: usize = 100;

/// Adds a message's text to the search index. Must be called only once per message.
pub fn index_message(
    batch: &mut Batch,
    tenant: TenantId,
    conversation: ConversationId,
    message: MessageId,
    text: &str,
) {
    let text = truncate_bytes(text, INDEXED_BYTES_MAX).replace('\0', " ");
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

/// Returns the owner's conversations in which one message contains all words of `query`, each with a snippet of its
/// newest matching message. The last changed conversation comes first. A query without letters and digits has no
/// results.
///
/// # Errors
/// If the database fails.
pub async fn search_conversations(
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
        DbBackend::Postgres => (POSTGRES, join_terms(&terms, " & ", |term| format!("{term}:*"))),
        _ => (SQLITE, join_terms(&terms, " ", |term| format!("\"{term}\"*"))),
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
               row_number() OVER (PARTITION BY m.conversation_id ORDER BY m.id DESC) AS match_rank
        FROM message_search_index AS i
        JOIN message_search AS m ON m.id = i.rowid
        JOIN conversation AS c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
        WHERE message_search_index MATCH $1 AND m.tenant_id = $2 AND c.owner_id = $3 AND c.deleted_at IS NULL
    ) AS matches WHERE match_rank = 1 ORDER BY updated_at DESC LIMIT $4";

const POSTGRES: &str = "
    SELECT conversation_id, text FROM (
        SELECT m.conversation_id, m.text, c.updated_at,
               row_number() OVER (PARTITION BY m.conversation_id ORDER BY m.id DESC) AS match_rank
        FROM message_search AS m
        JOIN conversation AS c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
        WHERE m.words @@ to_tsquery('simple', $1) AND m.tenant_id = $2 AND c.owner_id = $3 AND c.deleted_at IS NULL
    ) AS matches WHERE match_rank = 1 ORDER BY updated_at DESC LIMIT $4";

/// Splits a text into words of letters and digits, without case and accents.
fn terms(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(TERMS_MAX)
        .map(|word| word.chars().take(TERM_CHARS_MAX).map(fold).collect())
        .collect()
}

fn join_terms(terms: &[String], separator: &str, format_term: impl Fn(&String) -> String) -> String {
    terms.iter().map(format_term).collect::<Vec<_>>().join(separator)
}

/// Removes case and the accents of western European languages. Maps one character to exactly one.
fn fold(letter: char) -> char {
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    let position = message_search::ACCENTED.chars().position(|accented| accented == lower);
    position.and_then(|position| message_search::PLAIN.chars().nth(position)).unwrap_or(lower)
}

/// Truncates a text to at most `max_bytes` at a character boundary.
fn truncate_bytes(text: &str, max_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(max_bytes)).unwrap_or(text)
}

/// Returns the text around the first match, on one line.
fn snippet(text: &str, terms: &[String]) -> String {
    let letters: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let folded: Vec<char> = letters.iter().copied().map(fold).collect();
    let match_start = (0..folded.len()).find(|&start| {
        let is_word_start =
            start == 0 || folded.get(start - 1).is_some_and(|before| !before.is_alphanumeric());
        is_word_start && terms.iter().any(|term| starts_with_term(&folded, start, term))
    });
    let at = match_start.unwrap_or(0);
    let (start, end) =
        (at.saturating_sub(SNIPPET_CHARS_BEFORE), (at + SNIPPET_CHARS_AFTER).min(letters.len()));
    let excerpt: String = letters.get(start..end).unwrap_or_default().iter().collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if end < letters.len() { "…" } else { "" };
    format!("{before}{}{after}", excerpt.trim())
}

fn starts_with_term(folded: &[char], start: usize, term: &str) -> bool {
    let mut rest = folded.iter().skip(start);
    term.chars().all(|letter| rest.next() == Some(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_of_a_query_are_used() {
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
    fn long_queries_are_truncated_to_a_few_short_words() {
        let long = "x".repeat(10_000);
        let terms = terms(&format!("{long} ").repeat(100));
        assert_eq!(terms.len(), TERMS_MAX);
        assert!(terms.iter().all(|term| term.chars().count() == TERM_CHARS_MAX));
    }

    #[test]
    fn each_accented_letter_has_a_plain_letter() {
        assert_eq!(message_search::ACCENTED.chars().count(), message_search::PLAIN.chars().count());
    }

    #[test]
    fn a_snippet_shows_the_match_on_one_line() {
        let text = format!("{}the\n\nGROSS   margin fell{}", "word ".repeat(30), " more".repeat(60));
        let snippet = snippet(&text, &["margin".to_owned()]);
        assert!(snippet.starts_with('…') && snippet.ends_with('…'), "{snippet}");
        assert!(snippet.contains("the GROSS margin fell"), "{snippet}");
    }

    #[test]
    fn a_long_text_is_truncated_at_a_character_boundary() {
        assert_eq!(truncate_bytes("ñañ", 1), "");
        assert_eq!(truncate_bytes("ñañ", 3), "ña");
        assert_eq!(truncate_bytes("ñañ", 99), "ñañ");
    }
}
