//! What a model is told: standing instructions, what was said before, and what its tools answered.

use super::Error;
use crate::{artifacts::Artifacts, conversations::store as conversations, ctx::Ctx};
use penny_ports::models::{ModelMessage, ToolRequest};
use penny_types::{
    MessageId, ToolCallId,
    artifacts::ArtifactKind,
    conversations::{Author, PartBody, ToolCallPart},
    tools::ToolCallStatus,
};
use sea_orm::ConnectionTrait;
use std::collections::HashMap;

/// Messages of the path a model is told of at most.
const MESSAGES_MAX: u32 = 100;
/// Bytes of them at most; the newest are kept.
const BYTES_MAX: usize = 400_000;
/// Bytes of an attachment at most.
const ATTACHMENT_MAX: usize = 60_000;

/// What a tool answered in this turn, whole.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// The model's own id of the call.
    pub model_ref: Option<String>,
    pub content: String,
    pub is_error: bool,
}

/// Writes the standing instructions, and what kinds of artifact the message hopes for.
pub(super) fn system(ctx: &Ctx, expected: &[ArtifactKind]) -> String {
    let standing = format!(
        "You are the assistant of a company's workbench. Today is {}. Answer in the language of the person's last \
         message. Be brief and exact; write Markdown. When a figure, a chart or a dashboard is asked for and a tool \
         gives it, call the tool; never invent figures. Charts and tables that tools make are shown to the person \
         beside your words: do not repeat them, say what matters in them. If a tool fails, say so plainly.",
        ctx.now().format("%A, %Y-%m-%d")
    );
    if expected.is_empty() {
        return standing;
    }
    let kinds: Vec<&str> = expected.iter().map(|kind| described(*kind)).collect();
    format!(
        "{standing} The person expects this answer to bring: {}. Make each with a tool where one makes it, and write \
         the others in Markdown.",
        kinds.join("; ")
    )
}

const fn described(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::Markdown => "a written document (markdown)",
        ArtifactKind::Table => "a table",
        ArtifactKind::Chart => "a chart",
        ArtifactKind::Dashboard => "a dashboard",
        ArtifactKind::Mermaid => "a Mermaid diagram, in a code block of its own (mermaid)",
        ArtifactKind::File => "a file, as a code block of its own",
    }
}

/// Reads what was said on the path up to and including `leaf`, oldest first. Of the calls in
/// `answers` the whole answer is told, of others what the conversation shows.
pub(super) async fn history(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    artifacts: &Artifacts,
    leaf: MessageId,
    answers: &HashMap<ToolCallId, Answer>,
) -> Result<Vec<ModelMessage>, Error> {
    let rows = conversations::path(conn, ctx, leaf, MESSAGES_MAX).await?;
    let mut parts = conversations::parts(conn, ctx, &rows).await?;
    let mut messages = Vec::with_capacity(rows.len());
    for row in &rows {
        let bodies: Vec<PartBody> =
            parts.remove(&row.id).unwrap_or_default().into_iter().map(|part| part.body).collect();
        match row.author {
            Author::User => {
                messages.push(ModelMessage::User { text: asked(conn, ctx, artifacts, &bodies).await? })
            }
            Author::Assistant => messages.extend(fold(&bodies, answers)),
            Author::System => {}
        }
    }
    Ok(newest(messages))
}

/// Puts a person's message into words, attachments first.
async fn asked(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    artifacts: &Artifacts,
    parts: &[PartBody],
) -> Result<String, Error> {
    let mut text = String::new();
    for part in parts {
        match part {
            PartBody::File(file) => {
                // What was attached may since have been thrown away; the question still stands.
                let words =
                    artifacts.words(conn, ctx, file.version_id, ATTACHMENT_MAX).await.unwrap_or_default();
                text.push_str(&format!("<attachment name={:?}>\n{words}\n</attachment>\n\n", file.name));
            }
            PartBody::Text(said) => text.push_str(&said.text),
            _ => {}
        }
    }
    Ok(text)
}

/// Turns an answer's parts into messages: words and calls by the assistant, then what the tools said.
pub(super) fn fold(parts: &[PartBody], answers: &HashMap<ToolCallId, Answer>) -> Vec<ModelMessage> {
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
            PartBody::Text(said) => {
                if !calls.is_empty() {
                    flush(&mut text, &mut calls, &mut results);
                }
                text.push_str(&said.text);
            }
            PartBody::ToolCall(call) => {
                let Some(answer) = answered(call, answers) else { continue };
                let id = answer.model_ref.unwrap_or_else(|| call.call_id.to_string());
                calls.push(ToolRequest {
                    id: id.clone(),
                    name: call.name.clone(),
                    arguments: call.arguments.to_string(),
                });
                results.push(ModelMessage::Tool {
                    call_id: id,
                    name: call.name.clone(),
                    content: answer.content,
                    is_error: answer.is_error,
                });
            }
            _ => {}
        }
    }
    flush(&mut text, &mut calls, &mut results);
    messages
}

/// Returns what a call answered. A call that was given up before it answered anything is as one that
/// was never made: the model may make it again.
fn answered(call: &ToolCallPart, answers: &HashMap<ToolCallId, Answer>) -> Option<Answer> {
    answers.get(&call.call_id).cloned().or_else(|| {
        Some(Answer {
            model_ref: None,
            content: call.result.clone()?,
            is_error: call.status != ToolCallStatus::Succeeded,
        })
    })
}

/// Keeps the newest messages that fit; the first kept is a person's, so that no answer stands alone.
fn newest(messages: Vec<ModelMessage>) -> Vec<ModelMessage> {
    let mut bytes = 0;
    let mut kept: Vec<ModelMessage> = messages
        .into_iter()
        .rev()
        .take_while(|message| {
            let first = bytes == 0;
            bytes += size(message);
            first || bytes <= BYTES_MAX
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

    fn text(words: &str) -> PartBody {
        PartBody::Text(TextPart { text: words.to_owned() })
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
    fn words_calls_and_answers_keep_their_order() {
        let messages =
            fold(&[text("Let me look."), call(1, "one"), call(2, "two"), text("Done.")], &HashMap::new());
        let kinds: Vec<&str> = messages
            .iter()
            .map(|message| match message {
                ModelMessage::User { .. } => "user",
                ModelMessage::Assistant { tool_calls, .. } if tool_calls.is_empty() => "words",
                ModelMessage::Assistant { .. } => "calls",
                ModelMessage::Tool { .. } => "tool",
            })
            .collect();
        assert_eq!(kinds, ["calls", "tool", "tool", "words"]);
    }

    #[test]
    fn a_whole_answer_of_this_turn_is_preferred_to_the_one_that_was_cut() {
        let whole =
            Answer { model_ref: Some("call_9".to_owned()), content: "whole".to_owned(), is_error: false };
        let messages = fold(&[call(1, "cut…")], &HashMap::from([(ToolCallId(Uuid::from_u128(1)), whole)]));
        assert!(
            matches!(&messages[1], ModelMessage::Tool { call_id, content, .. } if call_id == "call_9" && content == "whole")
        );
    }

    #[test]
    fn a_call_that_was_given_up_before_it_answered_is_not_told_of() {
        let mut given_up = call(1, "");
        if let PartBody::ToolCall(call) = &mut given_up {
            (call.result, call.status) = (None, ToolCallStatus::Failed);
        }
        let messages = fold(&[text("Let me look."), given_up], &HashMap::new());
        assert_eq!(
            messages,
            [ModelMessage::Assistant { text: "Let me look.".to_owned(), tool_calls: Vec::new() }]
        );
    }

    #[test]
    fn the_newest_messages_that_fit_are_kept_from_a_question_on() {
        let user = |words: String| ModelMessage::User { text: words };
        let assistant = |words: String| ModelMessage::Assistant { text: words, tool_calls: Vec::new() };
        let kept = newest(vec![
            user("x".repeat(BYTES_MAX)),
            assistant("old".to_owned()),
            user("new".to_owned()),
            assistant("answer".to_owned()),
        ]);
        assert_eq!(kept, [user("new".to_owned()), assistant("answer".to_owned())]);
        assert_eq!(
            newest(vec![user("y".repeat(BYTES_MAX * 2))]).len(),
            1,
            "the question itself is never dropped"
        );
    }
}
