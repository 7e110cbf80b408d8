//! Selection of the abilities that respond to a request.

use super::{
    abilities::{ABILITIES, Ability, find_matching},
    question::{DemoQuestion, DemoToolResult, tool_calls},
    reply::DemoReply,
    tool_request,
};
use penny_i18n::keys;
use penny_ports::models::{ModelMessage, ModelRequest, ToolRequest};
use penny_types::artifacts::ArtifactKind;
use serde_json::Value;

/// Maximum length of the quoted message of a failed tool, in characters.
const MAX_REASON_CHARS: usize = 400;

/// The response to a request: text, followed by tool calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DemoResponse {
    pub(super) text: String,
    pub(super) calls: Vec<ToolRequest>,
}

/// Returns the response to a request; deterministic.
pub(super) fn respond(request: &ModelRequest) -> DemoResponse {
    let question = DemoQuestion::from_request(request);
    let reply = if question.tool_results.is_empty() {
        reply_to(&question)
    } else {
        DemoReply::from_text(render_results(&question))
    };
    let text = match request.messages.last() {
        Some(ModelMessage::Assistant { text, .. }) if request.is_continuation => {
            remaining_text(&reply.text, text)
        }
        _ => reply.text,
    };
    let earlier_calls = request.messages.iter().map(tool_calls).map(<[_]>::len).sum::<usize>();
    let calls = (earlier_calls..).zip(reply.calls);
    DemoResponse {
        text,
        calls: calls.map(|(number, (tool, arguments))| tool_request(number, tool, &arguments)).collect(),
    }
}

/// Returns the reply to a question without tool results. The abilities that create the expected
/// artifacts take precedence over the ability that matches the question.
fn reply_to(question: &DemoQuestion<'_>) -> DemoReply {
    let matching = find_matching(question);
    let target = matching.target(question);
    let is_required = |ability: &dyn Ability| {
        ability.creates().iter().any(|kind| question.expects(*kind) && !matching.satisfies(*kind))
    };
    let mut required = ABILITIES.iter().copied().filter(|ability| is_required(*ability)).peekable();
    if required.peek().is_some() {
        let replies = required.map(|ability| ability.reply(question, &target));
        return replies.fold(DemoReply::default(), DemoReply::followed_by);
    }
    let alternative = matching.document_alternative().filter(|_| question.expects(ArtifactKind::Markdown));
    alternative.unwrap_or(matching).reply(question, &target)
}

/// Renders the tool results: first the successful ones by ability, then the errors.
fn render_results(question: &DemoQuestion<'_>) -> String {
    let (errors, successes): (Vec<_>, Vec<_>) =
        question.tool_results.iter().partition(|result| result.is_error);
    let rendered = ABILITIES.iter().filter_map(|ability| {
        let tool = ability.tool()?;
        let results: Vec<&str> =
            successes.iter().filter(|result| result.tool == tool).map(|result| result.content).collect();
        if results.is_empty() { None } else { ability.render_results(question, &results) }
    });
    let mut paragraphs: Vec<String> = rendered.collect();
    if paragraphs.is_empty() {
        paragraphs.extend(successes.first().map(|result| unusable_result(question, result)));
    }
    paragraphs.extend(errors.into_iter().map(|result| tool_error(question, result)));
    paragraphs.join("\n\n")
}

fn tool_error(question: &DemoQuestion<'_>, result: &DemoToolResult<'_>) -> String {
    match error_reason(result.content) {
        Some(reason) => {
            question.message(keys::DEMO_TOOL_FAILED, &[("tool", result.tool), ("reason", &reason)])
        }
        None => unusable_result(question, result),
    }
}

fn unusable_result(question: &DemoQuestion<'_>, result: &DemoToolResult<'_>) -> String {
    question.message(keys::DEMO_TOOL_FAILED_PLAIN, &[("tool", result.tool)])
}

/// Returns why a tool failed, as one line: its plain text, or the message in its JSON.
fn error_reason(content: &str) -> Option<String> {
    let reason = match serde_json::from_str::<Value>(content) {
        Ok(Value::String(text)) => text,
        Ok(value @ Value::Object(_)) => {
            let pointers = ["/error/message", "/message", "/error", "/detail"];
            pointers.iter().find_map(|pointer| Some(value.pointer(pointer)?.as_str()?.to_owned()))?
        }
        Ok(_) => return None,
        Err(_) => content.to_owned(),
    };
    let line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| line.chars().take(MAX_REASON_CHARS).collect())
}

/// Returns the part of a text that has not been sent yet. If the sent text is not its beginning, for
/// example because the data has changed, the whole text follows as a new paragraph.
fn remaining_text(text: &str, sent: &str) -> String {
    text.strip_prefix(sent).map_or_else(|| format!("\n\n{text}"), str::to_owned)
}
