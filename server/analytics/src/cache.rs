//! Parsed files, kept while there is room.

use crate::tables::Parsed;
use parking_lot::Mutex;
use penny_ports::analytics::{Column, CsvTable, QueryError};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

/// The same bytes read with other columns are another table.
type Key = ([u8; 32], Vec<Column>);

/// A file that is parsed or being parsed: whoever comes second waits for the first.
type Slot = Arc<OnceLock<Result<Arc<Parsed>, (String, String)>>>;

#[derive(Debug)]
struct Entry {
    slot: Slot,
    size_bytes: usize,
    used: u64,
}

#[derive(Debug, Default)]
struct Inner {
    entries: HashMap<Key, Entry>,
    size_bytes: usize,
    ticks: u64,
}

/// Keeps parsed files by the digest of their bytes, within a budget; the longest unused go first.
#[derive(Debug)]
pub struct Cache {
    budget_bytes: usize,
    inner: Mutex<Inner>,
}

impl Cache {
    /// Makes a cache of at most `budget_bytes`.
    pub fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, inner: Mutex::default() }
    }

    /// Returns the parsed file, parsing it now when it is not kept. Blocks while parsing.
    ///
    /// # Errors
    /// [`QueryError::BadTable`] when the file is not what its columns say; that is not kept.
    pub fn get(&self, table: &CsvTable) -> Result<Arc<Parsed>, QueryError> {
        let key = (table.digest, table.columns.clone());
        let slot = self.slot(&key);
        let mut is_first = false;
        let parsed = slot.get_or_init(|| {
            is_first = true;
            Parsed::read(table).map(Arc::new).map_err(|error| match error {
                QueryError::BadTable { table, detail } => (table, detail),
                other => (table.name.clone(), other.to_string()),
            })
        });
        match parsed {
            Ok(parsed) => {
                if is_first {
                    self.admit(&key, &slot, parsed.size_bytes());
                }
                Ok(Arc::clone(parsed))
            }
            Err((_, detail)) => {
                self.inner.lock().entries.remove(&key);
                Err(QueryError::BadTable { table: table.name.clone(), detail: detail.clone() })
            }
        }
    }

    fn slot(&self, key: &Key) -> Slot {
        let mut inner = self.inner.lock();
        inner.ticks += 1;
        let used = inner.ticks;
        if let Some(entry) = inner.entries.get_mut(key) {
            entry.used = used;
            return Arc::clone(&entry.slot);
        }
        let slot = Slot::default();
        inner.entries.insert(key.clone(), Entry { slot: Arc::clone(&slot), size_bytes: 0, used });
        slot
    }

    /// Counts a freshly parsed file and makes room; a file larger than the whole budget is not kept.
    fn admit(&self, key: &Key, slot: &Slot, size_bytes: usize) {
        let mut inner = self.inner.lock();
        let Some(entry) = inner.entries.get_mut(key).filter(|entry| Arc::ptr_eq(&entry.slot, slot)) else {
            return;
        };
        entry.size_bytes = size_bytes;
        inner.size_bytes += size_bytes;
        while inner.size_bytes > self.budget_bytes {
            let oldest = inner
                .entries
                .iter()
                .filter(|(_, entry)| entry.size_bytes > 0)
                .min_by_key(|(_, entry)| entry.used)
                .map(|(key, _)| key.clone());
            let Some(entry) = oldest.and_then(|oldest| inner.entries.remove(&oldest)) else { return };
            inner.size_bytes = inner.size_bytes.saturating_sub(entry.size_bytes);
        }
    }

    /// Returns how many files are kept and their size in bytes.
    #[cfg(test)]
    pub fn kept(&self) -> (usize, usize) {
        let inner = self.inner.lock();
        (inner.entries.len(), inner.size_bytes)
    }
}
