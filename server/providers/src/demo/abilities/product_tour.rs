use super::{Ability, ReplyTarget};
use crate::demo::{question::DemoQuestion, reply::DemoReply};
use penny_i18n::keys;

const PHRASES: &[&str] = &[
    "tour",
    "story",
    "long text",
    "long answer",
    "tell me about penny",
    "explain penny",
    "recorrido",
    "cuento",
    "historia",
    "texto largo",
    "respuesta larga",
    "hablame de penny",
    "explica penny",
    "que es penny",
    "what is penny",
];

/// Describes the product in a long text.
#[derive(Debug)]
pub(super) struct ProductTour;

impl Ability for ProductTour {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.text.contains_any(PHRASES)
    }

    fn reply(&self, question: &DemoQuestion<'_>, _target: &ReplyTarget) -> DemoReply {
        question.text_reply(keys::DEMO_TOUR)
    }
}
