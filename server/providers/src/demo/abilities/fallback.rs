use super::{Ability, ReplyTarget, markdown_sample::MarkdownSample};
use crate::demo::{question::DemoQuestion, reply::DemoReply};
use penny_i18n::keys;

/// Replies to questions that no registered ability matches.
#[derive(Debug)]
pub(super) struct Fallback;

impl Ability for Fallback {
    fn matches(&self, _question: &DemoQuestion<'_>) -> bool {
        true
    }

    fn reply(&self, question: &DemoQuestion<'_>, _target: &ReplyTarget) -> DemoReply {
        question.text_reply(keys::DEMO_UNKNOWN)
    }

    fn document_alternative(&self) -> Option<&'static dyn Ability> {
        Some(&MarkdownSample)
    }
}
