//! An in-memory LRU cache of query results, bounded by size.
//!
//! Files are addressed by content, so a result depends only on the files, the SQL, the parameters and the
//! day. Entries never become stale.

use parking_lot::Mutex;
use penny_ports::analytics::QueryRows;
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

/// BLAKE3 hash of everything the result depends on, including the tenant.
pub(super) type QueryKey = [u8; 32];

#[derive(Debug)]
struct CachedQuery {
    rows: Arc<QueryRows>,
    size_bytes: usize,
    last_used: u64,
}

#[derive(Debug, Default)]
struct QueryCacheState {
    entries: HashMap<QueryKey, CachedQuery>,
    size_bytes: usize,
    ticks: u64,
}

/// The cached results, at most `budget_bytes` in total. The least recently used are evicted first.
#[derive(Debug)]
pub(super) struct QueryCache {
    budget_bytes: usize,
    state: Mutex<QueryCacheState>,
}

impl QueryCache {
    pub(super) fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, state: Mutex::default() }
    }

    pub(super) fn find(&self, key: &QueryKey) -> Option<Arc<QueryRows>> {
        let mut state = self.state.lock();
        state.ticks += 1;
        let last_used = state.ticks;
        let entry = state.entries.get_mut(key)?;
        entry.last_used = last_used;
        Some(Arc::clone(&entry.rows))
    }

    pub(super) fn insert(&self, key: QueryKey, rows: &Arc<QueryRows>) {
        let size_bytes = estimate_bytes(rows);
        let mut state = self.state.lock();
        state.ticks += 1;
        let entry = CachedQuery { rows: Arc::clone(rows), size_bytes, last_used: state.ticks };
        if let Some(replaced) = state.entries.insert(key, entry) {
            state.size_bytes = state.size_bytes.saturating_sub(replaced.size_bytes);
        }
        state.size_bytes += size_bytes;
        while state.size_bytes > self.budget_bytes {
            let oldest = state.entries.iter().min_by_key(|(_, entry)| entry.last_used).map(|(key, _)| *key);
            let Some(entry) = oldest.and_then(|oldest| state.entries.remove(&oldest)) else { return };
            state.size_bytes = state.size_bytes.saturating_sub(entry.size_bytes);
        }
    }
}

/// Estimates the memory a result uses.
fn estimate_bytes(rows: &QueryRows) -> usize {
    let scalar = std::mem::size_of::<Value>();
    let values = rows.rows.iter().flatten();
    256 + values.map(|value| scalar + value.as_str().map_or(0, str::len)).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Arc<QueryRows> {
        Arc::new(QueryRows {
            columns: Vec::new(),
            rows: vec![vec![Value::String(text.to_owned())]],
            is_truncated: false,
        })
    }

    #[test]
    fn the_least_recently_used_result_is_evicted() {
        let cache = QueryCache::new(1_200);
        let long = "x".repeat(200);
        cache.insert([1; 32], &rows(&long));
        cache.insert([2; 32], &rows(&long));
        assert!(cache.find(&[1; 32]).is_some());
        cache.insert([3; 32], &rows(&long));
        assert!(cache.find(&[2; 32]).is_none(), "the least recently used result was not evicted");
        assert!(cache.find(&[1; 32]).is_some() && cache.find(&[3; 32]).is_some());
    }

    #[test]
    fn a_result_larger_than_the_budget_is_not_cached() {
        let cache = QueryCache::new(300);
        cache.insert([1; 32], &rows(&"x".repeat(1_000)));
        assert!(cache.find(&[1; 32]).is_none());
        assert_eq!(cache.state.lock().size_bytes, 0);
    }
}
