//! The user's last question, with what abilities need to reply to it.

use super::{language, normalized_text::NormalizedText, reply::DemoReply, scope::KpiScope, topics};
use penny_i18n::{keys, text};
use penny_ports::models::{ModelMessage, ModelRequest, ToolRequest};
use penny_types::{Locale, artifacts::ArtifactKind};
use serde_json::Value;

/// Maximum number of words of a greeting, thanks or follow-up question.
const MAX_SHORT_WORDS: usize = 6;

/// The last question of a conversation and the tool results received since.
#[derive(Debug)]
pub(super) struct DemoQuestion<'a> {
    request: &'a ModelRequest,
    pub(super) locale: Locale,
    pub(super) text: NormalizedText,
    /// The period and part of the company that the question itself names.
    pub(super) scope: KpiScope,
    pub(super) tool_results: Vec<DemoToolResult<'a>>,
}

/// The result of a tool call made for the question.
#[derive(Debug)]
pub(super) struct DemoToolResult<'a> {
    pub(super) tool: &'a str,
    pub(super) content: &'a str,
    pub(super) is_error: bool,
}

impl<'a> DemoQuestion<'a> {
    pub(super) fn from_request(request: &'a ModelRequest) -> Self {
        let is_user = |message: &ModelMessage| matches!(message, ModelMessage::User { .. });
        let position = request.messages.iter().rposition(is_user).unwrap_or(0);
        let messages = request.messages.get(position..).unwrap_or_default();
        let message = match messages.first() {
            Some(ModelMessage::User { text }) => text.as_str(),
            _ => "",
        };
        let tool_results = messages.iter().filter_map(|message| match message {
            ModelMessage::Tool { name, content, is_error, .. } => {
                Some(DemoToolResult { tool: name, content, is_error: *is_error })
            }
            _ => None,
        });
        let text = NormalizedText::new(message);
        Self {
            request,
            locale: language::detect(message, request.locale),
            scope: KpiScope::parse(&text),
            text,
            tool_results: tool_results.collect(),
        }
    }

    pub(super) fn is_short(&self) -> bool {
        self.text.words().count() <= MAX_SHORT_WORDS
    }

    /// Returns whether the user expects an artifact of this kind.
    pub(super) fn expects(&self, kind: ArtifactKind) -> bool {
        self.request.expected_artifacts.contains(&kind)
    }

    /// Returns the parts of KPI slugs that the question asks for; empty if it asks for none in particular.
    pub(super) fn topics(&self) -> Vec<&'static str> {
        topics::requested_topics(&self.text)
    }

    /// Returns the last call of a tool in the conversation.
    pub(super) fn last_call(&self, tool: &str) -> Option<&'a ToolRequest> {
        let mut calls =
            self.request.messages.iter().rev().flat_map(|message| tool_calls(message).iter().rev());
        calls.find(|call| call.name == tool)
    }

    /// Returns a message in the language of the question.
    pub(super) fn message(&self, key: &str, args: &[(&str, &str)]) -> String {
        text(self.locale, key, args)
    }

    /// Returns a reply that consists of one message.
    pub(super) fn text_reply(&self, key: &str) -> DemoReply {
        DemoReply::from_text(self.message(key, &[]))
    }

    /// Returns a reply that announces calls of a tool, one for each of the arguments. Without
    /// permission to use the tool, the reply says so.
    pub(super) fn tool_reply(
        &self,
        announcement: &str,
        tool: &'static str,
        arguments: Vec<Value>,
    ) -> DemoReply {
        if !self.request.tools.iter().any(|offered| offered.name == tool) {
            return DemoReply::from_text(self.message(keys::DEMO_NO_TOOL, &[("tool", tool)]));
        }
        DemoReply {
            text: self.message(announcement, &[]) + "\n\n",
            calls: arguments.into_iter().map(|arguments| (tool, arguments)).collect(),
        }
    }
}

/// Returns the tool calls of an assistant message, none for other messages.
pub(super) fn tool_calls(message: &ModelMessage) -> &[ToolRequest] {
    match message {
        ModelMessage::Assistant { tool_calls, .. } => tool_calls,
        _ => &[],
    }
}
