//! Finalization of an ended turn: closes its open calls and steps and writes its parts to the message.
//! Results that are stored in rows but missing in the events, because the process died in between, are added.

use super::{runner::TurnDeps, store};
use crate::tools;
use penny_entity::{tool_call, turn};
use penny_kernel::{
    ctx::Ctx,
    db::{self, Batch, StoreError, WriteTx},
};
use penny_types::{
    artifacts::ArtifactView,
    conversations::{ArtifactPart, PartBody, ToolCallPart},
    tools::ToolCallStatus,
    turns::TurnStatus,
};

/// Closes the open calls and steps of a turn and appends its parts to the message and the search index.
pub(super) async fn finalize(
    deps: &TurnDeps,
    tx: &WriteTx,
    ctx: &Ctx,
    turn: &turn::Model,
    status: TurnStatus,
    parts: &[PartBody],
) -> Result<(), StoreError> {
    let calls = deps.tools.close_open_calls(tx.conn(), ctx, turn.id).await?;
    let artifacts = if calls.is_empty() {
        Vec::new()
    } else {
        deps.artifacts.list_by_turn(tx.conn(), ctx, turn.id).await?
    };
    store::cancel_open_calls(tx.conn(), ctx, turn.id).await?;
    store::close_open_steps(tx.conn(), ctx, turn.id, status).await?;
    let parts = merge_with_rows(ctx, parts, &calls, &artifacts);
    let (conversation, message) = (turn.conversation_id, turn.message_id);
    store::append_parts(tx.conn(), ctx, (conversation, message), turn.id, &parts).await?;
    let mut batch = Batch::new(tx.conn());
    db::search::index_message(&mut batch, ctx.tenant(), conversation, message, &search_text(&parts));
    batch.execute(tx.conn()).await
}

/// Completes the parts from events with the rows of tool calls and artifacts.
fn merge_with_rows(
    ctx: &Ctx,
    parts: &[PartBody],
    calls: &[tool_call::Model],
    artifacts: &[ArtifactView],
) -> Vec<PartBody> {
    let mut parts = parts.to_vec();
    for part in &mut parts {
        if let PartBody::ToolCall(part) = part
            && part.status.is_open()
        {
            match calls.iter().find(|call| call.id == part.call_id) {
                Some(call) => apply_row(ctx, part, call),
                None => part.status = ToolCallStatus::Failed,
            }
        }
    }
    for call in calls.iter().filter(|call| call.result.is_some() || call.status == ToolCallStatus::InDoubt) {
        let is_present =
            parts.iter().any(|part| matches!(part, PartBody::ToolCall(part) if part.call_id == call.id));
        if !is_present {
            let mut part = ToolCallPart {
                call_id: call.id,
                name: call.name.clone(),
                arguments: call.arguments.clone(),
                effect: call.effect,
                status: call.status,
                result: None,
                plan: call.plan.clone(),
                duration_ms: None,
            };
            apply_row(ctx, &mut part, call);
            parts.push(PartBody::ToolCall(part));
        }
    }
    for artifact in artifacts {
        let is_present = parts
            .iter()
            .any(|part| matches!(part, PartBody::Artifact(part) if part.artifact_id == artifact.id));
        if !is_present {
            parts.push(PartBody::Artifact(ArtifactPart {
                artifact_id: artifact.id,
                version: artifact.version,
                kind: artifact.kind,
                title: artifact.title.clone(),
            }));
        }
    }
    parts
}

/// Sets the status, duration and result of a part from its row.
fn apply_row(ctx: &Ctx, part: &mut ToolCallPart, call: &tool_call::Model) {
    part.status = call.status;
    part.duration_ms = call.duration_ms.and_then(|ms| u64::try_from(ms).ok());
    part.result = match (&call.result, call.status) {
        (Some(result), _) => Some(tools::preview(result)),
        (None, ToolCallStatus::InDoubt) => Some(tools::in_doubt_error(ctx, &call.name).to_string()),
        (None, _) => None,
    };
}

/// Returns the text of the parts for the search index.
fn search_text(parts: &[PartBody]) -> String {
    parts
        .iter()
        .filter_map(|part| match part {
            PartBody::Text(part) => Some(part.text.as_str()),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("\n")
}
