//! Cache of parsed tables.

use crate::tables::ParsedTable;
use parking_lot::Mutex;
use penny_ports::analytics::{ColumnDef, CsvTable, QueryError};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

/// Digest of the bytes and the column definitions they were parsed with.
type CacheKey = ([u8; 32], Vec<ColumnDef>);

/// A table that is parsed or being parsed, or the table name and detail of the error. Concurrent
/// callers wait for the first one to parse.
type ParseCell = Arc<OnceLock<Result<Arc<ParsedTable>, (String, String)>>>;

#[derive(Debug)]
struct CacheEntry {
    cell: ParseCell,
    /// 0 until the table is parsed.
    size_bytes: usize,
    /// Value of [`CacheEntries::uses`] at the last use.
    last_use: u64,
}

#[derive(Debug, Default)]
struct CacheEntries {
    by_key: HashMap<CacheKey, CacheEntry>,
    size_bytes: usize,
    /// Number of lookups so far.
    uses: u64,
}

/// Caches parsed tables up to a size budget; evicts the least recently used.
#[derive(Debug)]
pub struct TableCache {
    budget_bytes: usize,
    entries: Mutex<CacheEntries>,
}

impl TableCache {
    pub fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, entries: Mutex::default() }
    }

    /// Returns the parsed table, parsing it if it is not cached. Blocks while parsing.
    ///
    /// # Errors
    /// [`QueryError::InvalidTable`] when the file does not match its column definitions; errors are
    /// not cached.
    pub fn get(&self, table: &CsvTable) -> Result<Arc<ParsedTable>, QueryError> {
        let key = (table.digest, table.columns.clone());
        let cell = self.cell(&key);
        let mut is_first = false;
        let parsed = cell.get_or_init(|| {
            is_first = true;
            ParsedTable::read(table).map(Arc::new).map_err(|error| match error {
                QueryError::InvalidTable { table, detail } => (table, detail),
                other => (table.name.clone(), other.to_string()),
            })
        });
        match parsed {
            Ok(parsed) => {
                if is_first {
                    self.record_size(&key, &cell, parsed.size_bytes());
                }
                Ok(Arc::clone(parsed))
            }
            Err((_, detail)) => {
                self.entries.lock().by_key.remove(&key);
                Err(QueryError::InvalidTable { table: table.name.clone(), detail: detail.clone() })
            }
        }
    }

    fn cell(&self, key: &CacheKey) -> ParseCell {
        let mut entries = self.entries.lock();
        entries.uses += 1;
        let last_use = entries.uses;
        if let Some(entry) = entries.by_key.get_mut(key) {
            entry.last_use = last_use;
            return Arc::clone(&entry.cell);
        }
        let cell = ParseCell::default();
        let entry = CacheEntry { cell: Arc::clone(&cell), size_bytes: 0, last_use };
        entries.by_key.insert(key.clone(), entry);
        cell
    }

    /// Records the size of a newly parsed table and evicts entries until the cache is within its
    /// budget. A table larger than the budget is evicted at once.
    fn record_size(&self, key: &CacheKey, cell: &ParseCell, size_bytes: usize) {
        let mut entries = self.entries.lock();
        let Some(entry) = entries.by_key.get_mut(key).filter(|entry| Arc::ptr_eq(&entry.cell, cell)) else {
            return;
        };
        entry.size_bytes = size_bytes;
        entries.size_bytes += size_bytes;
        while entries.size_bytes > self.budget_bytes {
            let oldest = entries
                .by_key
                .iter()
                .filter(|(_, entry)| entry.size_bytes > 0)
                .min_by_key(|(_, entry)| entry.last_use)
                .map(|(key, _)| key.clone());
            let Some(entry) = oldest.and_then(|oldest| entries.by_key.remove(&oldest)) else { return };
            entries.size_bytes = entries.size_bytes.saturating_sub(entry.size_bytes);
        }
    }

    /// Returns the number of cached tables and their total size in bytes.
    #[cfg(test)]
    pub fn usage(&self) -> (usize, usize) {
        let entries = self.entries.lock();
        (entries.by_key.len(), entries.size_bytes)
    }
}
