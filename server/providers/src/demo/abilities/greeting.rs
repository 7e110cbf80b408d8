use super::{Ability, ReplyTarget};
use crate::demo::{question::DemoQuestion, reply::DemoReply};
use penny_i18n::keys;

const PHRASES: &[&str] = &[
    "hello",
    "hi",
    "hey",
    "good morning",
    "good afternoon",
    "good evening",
    "hola",
    "buenos dias",
    "buenas",
];

/// Replies to a greeting.
#[derive(Debug)]
pub(super) struct Greeting;

impl Ability for Greeting {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.is_short() && question.text.contains_any(PHRASES)
    }

    fn reply(&self, question: &DemoQuestion<'_>, _target: &ReplyTarget) -> DemoReply {
        question.text_reply(keys::DEMO_GREETING)
    }
}
