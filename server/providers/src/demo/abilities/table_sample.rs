use super::{Ability, ReplyTarget};
use crate::demo::{question::DemoQuestion, reply::DemoReply};
use penny_i18n::keys;
use penny_types::artifacts::ArtifactKind;

const WORDS: &[&str] = &["table", "tabla", "tables", "tablas"];

/// Shows a sample table.
#[derive(Debug)]
pub(super) struct TableSample;

impl Ability for TableSample {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.text.contains_any(WORDS)
    }

    fn reply(&self, question: &DemoQuestion<'_>, _target: &ReplyTarget) -> DemoReply {
        question.text_reply(keys::DEMO_TABLE)
    }

    fn satisfies(&self, kind: ArtifactKind) -> bool {
        kind == ArtifactKind::Table
    }
}
