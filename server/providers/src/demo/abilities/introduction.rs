use super::{Ability, ReplyTarget};
use crate::demo::{question::DemoQuestion, reply::DemoReply};
use penny_i18n::keys;

const PHRASES: &[&str] = &[
    "what can you do",
    "what do you do",
    "who are you",
    "what are you",
    "help",
    "que puedes hacer",
    "que sabes hacer",
    "quien eres",
    "que eres",
    "ayuda",
    "ayudame",
    "eres una ia",
    "are you an ai",
    "are you real",
];

/// Explains what the demo model is and what it can do.
#[derive(Debug)]
pub(super) struct Introduction;

impl Ability for Introduction {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.text.contains_any(PHRASES)
    }

    fn reply(&self, question: &DemoQuestion<'_>, _target: &ReplyTarget) -> DemoReply {
        question.text_reply(keys::DEMO_ABILITIES)
    }
}
