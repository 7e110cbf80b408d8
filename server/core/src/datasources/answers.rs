//! Answers already given, kept while there is room.
//!
//! Files are named by their content, so an answer is a function of the files, the words, the
//! parameters and the day: nothing in here ever becomes wrong, only unused.

use parking_lot::Mutex;
use penny_ports::analytics::Rows;
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

/// BLAKE3 of everything the answer depends on, the tenant first.
pub(super) type Key = [u8; 32];

#[derive(Debug)]
struct Entry {
    rows: Arc<Rows>,
    size_bytes: usize,
    used: u64,
}

#[derive(Debug, Default)]
struct Inner {
    entries: HashMap<Key, Entry>,
    size_bytes: usize,
    ticks: u64,
}

/// The answers, at most `budget_bytes` of them; the longest unused go first.
#[derive(Debug)]
pub(super) struct Answers {
    budget_bytes: usize,
    inner: Mutex<Inner>,
}

impl Answers {
    pub(super) fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, inner: Mutex::default() }
    }

    pub(super) fn find(&self, key: &Key) -> Option<Arc<Rows>> {
        let mut inner = self.inner.lock();
        inner.ticks += 1;
        let used = inner.ticks;
        let entry = inner.entries.get_mut(key)?;
        entry.used = used;
        Some(Arc::clone(&entry.rows))
    }

    pub(super) fn keep(&self, key: Key, rows: &Arc<Rows>) {
        let size_bytes = size_bytes(rows);
        let mut inner = self.inner.lock();
        inner.ticks += 1;
        let entry = Entry { rows: Arc::clone(rows), size_bytes, used: inner.ticks };
        if let Some(before) = inner.entries.insert(key, entry) {
            inner.size_bytes = inner.size_bytes.saturating_sub(before.size_bytes);
        }
        inner.size_bytes += size_bytes;
        while inner.size_bytes > self.budget_bytes {
            let oldest = inner.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| *key);
            let Some(entry) = oldest.and_then(|oldest| inner.entries.remove(&oldest)) else { return };
            inner.size_bytes = inner.size_bytes.saturating_sub(entry.size_bytes);
        }
    }
}

/// Estimates what an answer takes in memory.
fn size_bytes(rows: &Rows) -> usize {
    let scalar = std::mem::size_of::<Value>();
    let values = rows.rows.iter().flatten();
    256 + values.map(|value| scalar + value.as_str().map_or(0, str::len)).sum::<usize>()
}

#[cfg(test)]
mod unit {
    use super::*;

    fn rows(text: &str) -> Arc<Rows> {
        Arc::new(Rows {
            columns: Vec::new(),
            rows: vec![vec![Value::String(text.to_owned())]],
            is_truncated: false,
        })
    }

    #[test]
    fn the_longest_unused_answer_makes_room() {
        let answers = Answers::new(1_200);
        let long = "x".repeat(200);
        answers.keep([1; 32], &rows(&long));
        answers.keep([2; 32], &rows(&long));
        assert!(answers.find(&[1; 32]).is_some());
        answers.keep([3; 32], &rows(&long));
        assert!(answers.find(&[2; 32]).is_none(), "the one not used lately goes");
        assert!(answers.find(&[1; 32]).is_some() && answers.find(&[3; 32]).is_some());
    }

    #[test]
    fn an_answer_larger_than_everything_is_not_kept() {
        let answers = Answers::new(300);
        answers.keep([1; 32], &rows(&"x".repeat(1_000)));
        assert!(answers.find(&[1; 32]).is_none());
        assert_eq!(answers.inner.lock().size_bytes, 0);
    }
}
