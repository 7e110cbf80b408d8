//! Prompts: the system prompt, the message history and the results of tool calls.

use super::TurnError;
use crate::{artifacts::Artifacts, conversations::store as conversations};
use penny_kernel::ctx::Ctx;
use penny_ports::models::{ModelMessage, ToolRequest};
use penny_types::{
    MessageId, ToolCallId,
    artifacts::ArtifactKind,
    conversations::{Author, PartBody, ToolCallPart},
    tools::ToolCallStatus,
};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// Maximum number of messages of the path in a prompt.
const HISTORY_MESSAGES_MAX: u32 = 100;
/// Maximum size of these messages in bytes; the oldest are dropped.
const HISTORY_BYTES_MAX: usize = 400_000;
/// Maximum size of the text of an attachment in bytes.
const ATTACHMENT_BYTES_MAX: usize = 60_000;

/// The complete result of a tool call.
#[derive(Debug, Clone)]
pub(super) struct ToolResult {
    /// The id that the model gave the call.
    pub model_ref: Option<String>,
    pub content: String,
    pub is_error: bool,
}

/// Returns the system prompt, including the kinds of artifact that the message expects.
pub(super) fn system_prompt(ctx: &Ctx, expected: &[ArtifactKind]) -> String {
    let instructions = format!(
        "You are the assistant of a company's workbench. Today is {}. Answer in the language of the person's last \
         message. Be brief and exact; write Markdown. When a figure, a chart or a dashboard is asked for and a tool \
         gives it, call the tool; never invent figures. Charts and tables that tools make are shown to the person \
         beside your words: do not repeat them, say what matters in them. If a tool fails, say so plainly.",
        ctx.now().format("%A, %Y-%m-%d")
    );
    if expected.is_empty() {
        return instructions;
    }
    let kinds: Vec<&str> = expected.iter().map(|kind| describe(*kind)).collect();
    format!(
        "{instructions} The person expects this answer to bring: {}. Make each with a tool where one makes it, and write \
         the others in Markdown.",
        kinds.join("; ")
    )
}

const fn describe(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::Markdown => "a written document (markdown)",
        ArtifactKind::Table => "a table",
        ArtifactKind::Chart => "a chart",
        ArtifactKind::Dashboard => "a dashboard",
        ArtifactKind::Mermaid => "a Mermaid diagram, in a code block of its own (mermaid)",
        ArtifactKind::File => "a file, as a code block of its own",
    }
}

/// Returns the messages of the path to `leaf`, oldest first. Tool calls use the complete result from
/// `results` if it is there, else the shortened result of the message part.
pub(super) async fn history(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    artifacts: &Artifacts,
    leaf: MessageId,
    results: &HashMap<ToolCallId, ToolResult>,
) -> Result<Vec<ModelMessage>, TurnError> {
    let rows = conversations::path(conn, ctx, leaf, HISTORY_MESSAGES_MAX).await?;
    let mut parts = conversations::parts(conn, ctx, &rows).await?;
    let mut messages = Vec::with_capacity(rows.len());
    for row in &rows {
        let bodies: Vec<PartBody> =
            parts.remove(&row.id).unwrap_or_default().into_iter().map(|part| part.body).collect();
        match row.author {
            Author::User => {
                messages.push(ModelMessage::User { text: user_text(conn, ctx, artifacts, &bodies).await? })
            }
            Author::Assistant => messages.extend(to_model_messages(&bodies, results)),
            Author::System => {}
        }
    }
    Ok(keep_newest(messages))
}

/// Returns the text of a user message, attachments first.
async fn user_text(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    artifacts: &Artifacts,
    parts: &[PartBody],
) -> Result<String, TurnError> {
    let mut text = String::new();
    for part in parts {
        match part {
            PartBody::File(file) => {
                // If the attachment has been deleted since, its text is empty.
                let content = artifacts
                    .text_for_model(conn, ctx, file.version_id, ATTACHMENT_BYTES_MAX)
                    .await
                    .unwrap_or_default();
                text.push_str(&format!("<attachment name={:?}>\n{content}\n</attachment>\n\n", file.name));
            }
            PartBody::Text(part) => text.push_str(&part.text),
            _ => {}
        }
    }
    Ok(text)
}

/// Converts the parts of an assistant message into model messages: text and tool calls of the assistant, each
/// group of calls followed by its results. Calls without a result are omitted, so that the model can make
/// them again.
pub(super) fn to_model_messages(
    parts: &[PartBody],
    prior: &HashMap<ToolCallId, ToolResult>,
) -> Vec<ModelMessage> {
    let mut messages = Vec::new();
    let (mut text, mut calls, mut results) = (String::new(), Vec::new(), Vec::new());
    let mut flush = |text: &mut String, calls: &mut Vec<ToolRequest>, results: &mut Vec<ModelMessage>| {
        if !text.is_empty() || !calls.is_empty() {
            messages.push(ModelMessage::Assistant {
                text: std::mem::take(text),
                tool_calls: std::mem::take(calls),
            });
        }
        messages.append(results);
    };
    for part in parts {
        match part {
            PartBody::Text(part) => {
                if !calls.is_empty() {
                    flush(&mut text, &mut calls, &mut results);
                }
                text.push_str(&part.text);
            }
            PartBody::ToolCall(call) => {
                let Some(result) = tool_result(call, prior) else { continue };
                let id = result.model_ref.unwrap_or_else(|| call.call_id.to_string());
                calls.push(ToolRequest {
                    id: id.clone(),
                    name: call.name.clone(),
                    arguments: call.arguments.to_string(),
                });
                results.push(ModelMessage::Tool {
                    call_id: id,
                    name: call.name.clone(),
                    content: result.content,
                    is_error: result.is_error,
                });
            }
            _ => {}
        }
    }
    flush(&mut text, &mut calls, &mut results);
    messages
}

/// Returns the result of a call; `None` if it was cancelled before it had one.
fn tool_result(call: &ToolCallPart, results: &HashMap<ToolCallId, ToolResult>) -> Option<ToolResult> {
    results.get(&call.call_id).cloned().or_else(|| {
        Some(ToolResult {
            model_ref: None,
            content: call.result.clone()?,
            is_error: call.status != ToolCallStatus::Succeeded,
        })
    })
}

/// Keeps the newest messages within the size limit, starting with a user message. The newest message is
/// always kept.
fn keep_newest(messages: Vec<ModelMessage>) -> Vec<ModelMessage> {
    let mut bytes = 0;
    let mut kept: Vec<ModelMessage> = messages
        .into_iter()
        .rev()
        .take_while(|message| {
            let is_newest = bytes == 0;
            bytes += size(message);
            is_newest || bytes <= HISTORY_BYTES_MAX
        })
        .collect();
    kept.reverse();
    let start = kept.iter().position(|message| matches!(message, ModelMessage::User { .. })).unwrap_or(0);
    kept.split_off(start)
}

fn size(message: &ModelMessage) -> usize {
    match message {
        ModelMessage::User { text } => text.len(),
        ModelMessage::Assistant { text, tool_calls } => {
            text.len() + tool_calls.iter().map(|call| call.arguments.len()).sum::<usize>()
        }
        ModelMessage::Tool { content, .. } => content.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::{conversations::TextPart, tools::Effect};
    use serde_json::json;
    use uuid::Uuid;

    fn text(text: &str) -> PartBody {
        PartBody::Text(TextPart { text: text.to_owned() })
    }

    fn call(n: u128, result: &str) -> PartBody {
        PartBody::ToolCall(ToolCallPart {
            call_id: ToolCallId(Uuid::from_u128(n)),
            name: "t".to_owned(),
            arguments: json!({}),
            effect: Effect::Read,
            status: ToolCallStatus::Succeeded,
            result: Some(result.to_owned()),
            plan: None,
            duration_ms: None,
        })
    }

    #[test]
    fn text_calls_and_results_keep_their_order() {
        let messages = to_model_messages(
            &[text("Let me look."), call(1, "one"), call(2, "two"), text("Done.")],
            &HashMap::new(),
        );
        let kinds: Vec<&str> = messages
            .iter()
            .map(|message| match message {
                ModelMessage::User { .. } => "user",
                ModelMessage::Assistant { tool_calls, .. } if tool_calls.is_empty() => "text",
                ModelMessage::Assistant { .. } => "calls",
                ModelMessage::Tool { .. } => "tool",
            })
            .collect();
        assert_eq!(kinds, ["calls", "tool", "tool", "text"]);
    }

    #[test]
    fn a_complete_result_is_preferred_to_the_shortened_one() {
        let complete = ToolResult {
            model_ref: Some("call_9".to_owned()),
            content: "complete".to_owned(),
            is_error: false,
        };
        let messages = to_model_messages(
            &[call(1, "cut…")],
            &HashMap::from([(ToolCallId(Uuid::from_u128(1)), complete)]),
        );
        assert!(
            matches!(&messages[1], ModelMessage::Tool { call_id, content, .. } if call_id == "call_9" && content == "complete")
        );
    }

    #[test]
    fn a_call_without_a_result_is_omitted() {
        let mut cancelled = call(1, "");
        if let PartBody::ToolCall(call) = &mut cancelled {
            (call.result, call.status) = (None, ToolCallStatus::Failed);
        }
        let messages = to_model_messages(&[text("Let me look."), cancelled], &HashMap::new());
        assert_eq!(
            messages,
            [ModelMessage::Assistant { text: "Let me look.".to_owned(), tool_calls: Vec::new() }]
        );
    }

    #[test]
    fn the_newest_messages_that_fit_are_kept_from_a_user_message_on() {
        let user = |text: String| ModelMessage::User { text };
        let assistant = |text: String| ModelMessage::Assistant { text, tool_calls: Vec::new() };
        let kept = keep_newest(vec![
            user("x".repeat(HISTORY_BYTES_MAX)),
            assistant("old".to_owned()),
            user("new".to_owned()),
            assistant("answer".to_owned()),
        ]);
        assert_eq!(kept, [user("new".to_owned()), assistant("answer".to_owned())]);
        assert_eq!(
            keep_newest(vec![user("y".repeat(HISTORY_BYTES_MAX * 2))]).len(),
            1,
            "the newest message is never dropped"
        );
    }
}
