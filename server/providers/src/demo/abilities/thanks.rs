use super::{Ability, ReplyTarget};
use crate::demo::{question::DemoQuestion, reply::DemoReply};
use penny_i18n::keys;

const PHRASES: &[&str] = &["thanks", "thank you", "thx", "great", "gracias", "genial", "perfecto", "perfect"];

/// Replies to thanks.
#[derive(Debug)]
pub(super) struct Thanks;

impl Ability for Thanks {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.is_short() && question.text.contains_any(PHRASES)
    }

    fn reply(&self, question: &DemoQuestion<'_>, _target: &ReplyTarget) -> DemoReply {
        question.text_reply(keys::DEMO_THANKS)
    }
}
