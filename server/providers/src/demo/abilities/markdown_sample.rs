use super::{Ability, ReplyTarget};
use crate::demo::{question::DemoQuestion, reply::DemoReply};
use penny_i18n::keys;

const WORDS: &[&str] = &["markdown", "formatting", "formato", "code", "codigo"];

/// Shows samples of Markdown formatting.
#[derive(Debug)]
pub(super) struct MarkdownSample;

impl Ability for MarkdownSample {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.text.contains_any(WORDS)
    }

    fn reply(&self, question: &DemoQuestion<'_>, _target: &ReplyTarget) -> DemoReply {
        question.text_reply(keys::DEMO_MARKDOWN)
    }
}
