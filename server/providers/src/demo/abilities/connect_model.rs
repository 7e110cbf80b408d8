use super::{Ability, ReplyTarget};
use crate::demo::{question::DemoQuestion, reply::DemoReply};
use penny_i18n::keys;

const PHRASES: &[&str] = &[
    "connect a model",
    "connect a real model",
    "connect real model",
    "connect the model",
    "real model",
    "real models",
    "language model",
    "openai",
    "ollama",
    "api key",
    "conectar un modelo",
    "conecto un modelo",
    "conectar modelo",
    "modelo real",
    "modelo de verdad",
    "modelo de lenguaje",
    "clave de api",
];

/// Explains how to connect a language model.
#[derive(Debug)]
pub(super) struct ConnectModel;

impl Ability for ConnectModel {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.text.contains_any(PHRASES)
    }

    fn reply(&self, question: &DemoQuestion<'_>, _target: &ReplyTarget) -> DemoReply {
        question.text_reply(keys::DEMO_CONNECT)
    }
}
