//! Segments of the thread: consecutive rows that are unmounted together when far outside the viewport.

use super::message::RowKey;
use std::collections::{HashMap, HashSet};

/// Maximum number of rows of a new segment.
const SEGMENT_ROWS_MAX: usize = 20;

/// Consecutive rows of the thread that are mounted and unmounted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowSegment {
    /// Unique within the thread.
    pub id: u64,
    /// The rows, oldest first.
    pub rows: Vec<RowKey>,
}

/// Divides rows into segments. A row keeps its previous segment, so that rows added at either end do not render
/// other rows again.
#[must_use]
pub fn segment_rows(before: &[RowSegment], rows: &[RowKey]) -> Vec<RowSegment> {
    let previous: HashMap<RowKey, u64> =
        before.iter().flat_map(|segment| segment.rows.iter().map(move |row| (*row, segment.id))).collect();
    let last_index: HashMap<u64, usize> =
        rows.iter().enumerate().filter_map(|(index, row)| Some((*previous.get(row)?, index))).collect();
    let mut used_ids = HashSet::new();
    let mut last_id = before.iter().map(|segment| segment.id).max().unwrap_or_default();
    let mut segments: Vec<RowSegment> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let previous_id = previous.get(row).copied();
        let joins = segments.last().is_some_and(|segment| {
            previous_id == Some(segment.id)
                || last_index.get(&segment.id).is_some_and(|last| *last > index)
                || (previous_id.is_none() && segment.rows.len() < SEGMENT_ROWS_MAX)
        });
        match segments.last_mut() {
            Some(segment) if joins => segment.rows.push(*row),
            _ => {
                let id = previous_id.filter(|id| !used_ids.contains(id)).unwrap_or_else(|| {
                    last_id += 1;
                    last_id
                });
                used_ids.insert(id);
                segments.push(RowSegment { id, rows: vec![*row] });
            }
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(numbers: impl IntoIterator<Item = u64>) -> Vec<RowKey> {
        numbers.into_iter().map(RowKey).collect()
    }

    #[test]
    fn rows_added_at_either_end_do_not_move_other_rows() {
        let first = segment_rows(&[], &keys(1..=40));
        assert_eq!(first.iter().map(|segment| segment.rows.len()).collect::<Vec<_>>(), [20, 20]);
        let longer = segment_rows(&first, &keys((41..=80).chain(1..=40).chain(81..=82)));
        assert_eq!(longer.iter().map(|segment| segment.rows.len()).collect::<Vec<_>>(), [20, 20, 20, 20, 2]);
        assert_eq!(longer[2..4], first);
    }

    proptest! {
        #[test]
        fn every_row_appears_once_in_order_and_ids_are_unique(
            row_lists in prop::collection::vec(prop::collection::vec(0_u64..60, 0..60), 1..4),
        ) {
            let mut before = Vec::new();
            for row_list in row_lists {
                let mut seen = HashSet::new();
                let rows: Vec<RowKey> = keys(row_list).into_iter().filter(|row| seen.insert(*row)).collect();
                before = segment_rows(&before, &rows);
                let all: Vec<RowKey> = before.iter().flat_map(|segment| segment.rows.clone()).collect();
                prop_assert_eq!(&all, &rows);
                let ids: HashSet<u64> = before.iter().map(|segment| segment.id).collect();
                prop_assert_eq!(ids.len(), before.len());
            }
        }
    }
}
