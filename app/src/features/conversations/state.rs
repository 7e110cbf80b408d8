//! The state of the conversation list: updates, order and grouping.

use crate::state::DayGroup;
use chrono::{DateTime, NaiveDate, Utc};
use penny_types::{
    ConversationId, Page,
    conversations::{ConversationSummary, ConversationUpdate},
};

/// A group of the list with its own heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ConversationGroup {
    Pinned,
    Day(DayGroup),
}

/// The conversations loaded so far, newest first; pinned ones come before the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ConversationListState {
    items: Vec<ConversationSummary>,
    next_cursor: Option<String>,
}

impl From<Page<ConversationSummary>> for ConversationListState {
    fn from(page: Page<ConversationSummary>) -> Self {
        let mut state = Self { items: page.items, next_cursor: page.next_cursor };
        state.sort();
        state
    }
}

impl ConversationListState {
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }

    pub fn find(&self, id: ConversationId) -> Option<&ConversationSummary> {
        self.items.iter().find(|item| item.id == id)
    }

    /// Appends a page. Conversations already added by an update are newer and stay.
    pub fn append(&mut self, page: Page<ConversationSummary>) {
        for item in page.items {
            if self.find(item.id).is_none() {
                self.items.push(item);
            }
        }
        self.next_cursor = page.next_cursor;
        self.sort();
    }

    /// Applies an update. A conversation older than all loaded ones is skipped: it is loaded with its page.
    pub fn apply(&mut self, update: ConversationUpdate) {
        let was_loaded = self.find(update.id).is_some();
        let oldest = self.items.iter().map(|item| item.updated_at).min();
        self.items.retain(|item| item.id != update.id);
        let Some(mut item) = update.conversation else { return };
        let is_in_loaded_range =
            self.next_cursor.is_none() || oldest.is_none_or(|oldest| item.updated_at >= oldest);
        if was_loaded || is_in_loaded_range || item.is_pinned {
            item.snippet = None;
            self.items.push(item);
            self.sort();
        }
    }

    /// Changes a conversation before the server has responded; returns its previous state.
    pub fn change(
        &mut self,
        id: ConversationId,
        change: impl FnOnce(&mut ConversationSummary),
    ) -> Option<ConversationSummary> {
        let item = self.items.iter_mut().find(|item| item.id == id)?;
        let before = item.clone();
        change(item);
        self.sort();
        Some(before)
    }

    /// Removes a conversation and returns it.
    pub fn remove(&mut self, id: ConversationId) -> Option<ConversationSummary> {
        let index = self.items.iter().position(|item| item.id == id)?;
        Some(self.items.remove(index))
    }

    /// Inserts or replaces a conversation.
    pub fn put(&mut self, item: ConversationSummary) {
        self.items.retain(|other| other.id != item.id);
        self.items.push(item);
        self.sort();
    }

    /// Returns the conversations by group, in list order.
    pub fn groups(
        &self,
        today: NaiveDate,
        day_of: impl Fn(DateTime<Utc>) -> NaiveDate,
    ) -> Vec<(ConversationGroup, Vec<ConversationId>)> {
        let mut groups: Vec<(ConversationGroup, Vec<ConversationId>)> = Vec::new();
        for item in &self.items {
            let group = match item.is_pinned {
                true => ConversationGroup::Pinned,
                false => ConversationGroup::Day(DayGroup::of(day_of(item.updated_at), today)),
            };
            match groups.last_mut() {
                Some((last, ids)) if *last == group => ids.push(item.id),
                _ => groups.push((group, vec![item.id])),
            }
        }
        groups
    }

    fn sort(&mut self) {
        self.items.sort_by(|a, b| {
            b.is_pinned.cmp(&a.is_pinned).then(b.updated_at.cmp(&a.updated_at)).then(b.id.cmp(&a.id))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::ConversationId;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn id(number: u8) -> ConversationId {
        format!("cnv_0000000000000000000000000{number}").parse().unwrap()
    }

    fn item(number: u8, updated_at: &str) -> ConversationSummary {
        ConversationSummary {
            id: id(number),
            title: Some(format!("number {number}")),
            is_pinned: false,
            updated_at: at(updated_at),
            snippet: None,
            active_turn_id: None,
        }
    }

    fn list_state(items: Vec<ConversationSummary>, next_cursor: Option<&str>) -> ConversationListState {
        ConversationListState::from(Page { items, next_cursor: next_cursor.map(str::to_owned) })
    }

    fn order(state: &ConversationListState) -> Vec<ConversationId> {
        state.items.iter().map(|item| item.id).collect()
    }

    #[test]
    fn an_update_moves_a_conversation_to_the_top() {
        let mut list =
            list_state(vec![item(1, "2026-01-02T00:00:00Z"), item(2, "2026-01-01T00:00:00Z")], None);
        let newer = item(2, "2026-01-03T00:00:00Z");
        list.apply(ConversationUpdate { id: id(2), conversation: Some(newer) });
        assert_eq!(order(&list), [id(2), id(1)]);
        list.apply(ConversationUpdate { id: id(1), conversation: None });
        assert_eq!(order(&list), [id(2)]);
    }

    #[test]
    fn an_update_beyond_the_loaded_range_is_loaded_with_its_page() {
        let mut list = list_state(vec![item(1, "2026-01-02T00:00:00Z")], Some("more"));
        list.apply(ConversationUpdate { id: id(2), conversation: Some(item(2, "2025-01-01T00:00:00Z")) });
        assert_eq!(order(&list), [id(1)]);
        list.append(Page { items: vec![item(2, "2025-01-01T00:00:00Z")], next_cursor: None });
        assert_eq!(order(&list), [id(1), id(2)]);
        assert_eq!(list.next_cursor(), None);
    }

    #[test]
    fn a_page_does_not_overwrite_an_update() {
        let mut list = list_state(vec![item(1, "2026-01-02T00:00:00Z")], Some("more"));
        let mut renamed = item(2, "2026-01-03T00:00:00Z");
        renamed.title = Some("renamed".to_owned());
        list.apply(ConversationUpdate { id: id(2), conversation: Some(renamed) });
        list.append(Page { items: vec![item(2, "2025-01-01T00:00:00Z")], next_cursor: None });
        assert_eq!(list.find(id(2)).and_then(|item| item.title.as_deref()), Some("renamed"));
    }

    #[test]
    fn pinned_conversations_come_before_the_days() {
        let mut pinned = item(3, "2020-01-01T00:00:00Z");
        pinned.is_pinned = true;
        let list =
            list_state(vec![item(1, "2026-01-02T08:00:00Z"), item(2, "2026-01-01T08:00:00Z"), pinned], None);
        let groups = list.groups("2026-01-02".parse().unwrap(), |moment| moment.date_naive());
        assert_eq!(
            groups,
            [
                (ConversationGroup::Pinned, vec![id(3)]),
                (ConversationGroup::Day(DayGroup::Today), vec![id(1)]),
                (ConversationGroup::Day(DayGroup::Yesterday), vec![id(2)]),
            ]
        );
    }

    #[test]
    fn a_removed_conversation_can_be_put_back_in_its_position() {
        let mut list =
            list_state(vec![item(1, "2026-01-02T00:00:00Z"), item(2, "2026-01-01T00:00:00Z")], None);
        let before = list.clone();
        let removed = list.remove(id(1)).unwrap();
        assert_eq!(order(&list), [id(2)]);
        list.put(removed);
        assert_eq!(list, before);
    }
}
