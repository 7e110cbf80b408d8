//! Neighbouring messages that leave the page together when they are far from what one sees.

use super::message::RowKey;
use std::collections::{HashMap, HashSet};

/// How many messages a stretch has at most when it is begun.
const LENGTH: usize = 20;

/// Some neighbouring messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Its number; no two have the same.
    pub number: u64,
    /// Its rows, oldest first.
    pub rows: Vec<RowKey>,
}

/// Parts rows into stretches. A row stays in the stretch it was in before, so that what comes in at either end
/// draws nothing anew.
#[must_use]
pub fn parted(before: &[Stretch], rows: &[RowKey]) -> Vec<Stretch> {
    let homes: HashMap<RowKey, u64> = before
        .iter()
        .flat_map(|stretch| stretch.rows.iter().map(move |row| (*row, stretch.number)))
        .collect();
    let last: HashMap<u64, usize> =
        rows.iter().enumerate().filter_map(|(at, row)| Some((*homes.get(row)?, at))).collect();
    let mut used = HashSet::new();
    let mut next = before.iter().map(|stretch| stretch.number).max().unwrap_or_default();
    let mut parted: Vec<Stretch> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let home = homes.get(row).copied();
        let joins = parted.last().is_some_and(|stretch| {
            home == Some(stretch.number)
                || last.get(&stretch.number).is_some_and(|last| *last > at)
                || (home.is_none() && stretch.rows.len() < LENGTH)
        });
        match parted.last_mut() {
            Some(stretch) if joins => stretch.rows.push(*row),
            _ => {
                let number = home.filter(|home| !used.contains(home)).unwrap_or_else(|| {
                    next += 1;
                    next
                });
                used.insert(number);
                parted.push(Stretch { number, rows: vec![*row] });
            }
        }
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(numbers: impl IntoIterator<Item = u64>) -> Vec<RowKey> {
        numbers.into_iter().map(RowKey).collect()
    }

    #[test]
    fn what_comes_in_at_either_end_leaves_the_others_where_they_are() {
        let first = parted(&[], &keys(1..=40));
        assert_eq!(first.iter().map(|stretch| stretch.rows.len()).collect::<Vec<_>>(), [20, 20]);
        let longer = parted(&first, &keys((41..=80).chain(1..=40).chain(81..=82)));
        assert_eq!(longer.iter().map(|stretch| stretch.rows.len()).collect::<Vec<_>>(), [20, 20, 20, 20, 2]);
        assert_eq!(longer[2..4], first);
    }

    proptest! {
        #[test]
        fn every_row_stands_once_in_its_order_and_every_number_is_given_once(
            windows in prop::collection::vec(prop::collection::vec(0_u64..60, 0..60), 1..4),
        ) {
            let mut before = Vec::new();
            for window in windows {
                let mut seen = HashSet::new();
                let rows: Vec<RowKey> = keys(window).into_iter().filter(|row| seen.insert(*row)).collect();
                before = parted(&before, &rows);
                let all: Vec<RowKey> = before.iter().flat_map(|stretch| stretch.rows.clone()).collect();
                prop_assert_eq!(&all, &rows);
                let numbers: HashSet<u64> = before.iter().map(|stretch| stretch.number).collect();
                prop_assert_eq!(numbers.len(), before.len());
            }
        }
    }
}
