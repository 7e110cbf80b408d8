//! What a turn leaves behind when it is over: nothing in a finished message still runs, and what the
//! rows know beyond the events, because a process died between the two, is not lost.

use super::{runner::Crew, store};
use crate::{
    ctx::Ctx,
    db::{self, Batch, StoreError, WriteTx},
    tools,
};
use penny_entity::{tool_call, turn};
use penny_types::{
    artifacts::ArtifactView,
    conversations::{ArtifactPart, PartBody, ToolCallPart},
    tools::ToolCallStatus,
    turns::TurnStatus,
};

/// Ends the calls and steps of a turn that is over, and writes what it said into its message.
pub(super) async fn settle(
    crew: &Crew,
    tx: &WriteTx,
    ctx: &Ctx,
    turn: &turn::Model,
    status: TurnStatus,
    parts: &[PartBody],
) -> Result<(), StoreError> {
    let calls = crew.tools.settle(tx.conn(), ctx, turn.id).await?;
    let made =
        if calls.is_empty() { Vec::new() } else { crew.artifacts.of_turn(tx.conn(), ctx, turn.id).await? };
    store::settle_calls(tx.conn(), ctx, turn.id).await?;
    store::settle_steps(tx.conn(), ctx, turn.id, status).await?;
    let parts = settled(ctx, parts, &calls, &made);
    let (conversation, message) = (turn.conversation_id, turn.message_id);
    store::append_parts(tx.conn(), ctx, (conversation, message), turn.id, &parts).await?;
    let mut batch = Batch::of(tx.conn());
    db::search::index_text(&mut batch, ctx.tenant, conversation, message, &words(&parts));
    batch.run(tx.conn()).await
}

/// Puts together what the events said and what the rows know.
fn settled(
    ctx: &Ctx,
    parts: &[PartBody],
    calls: &[tool_call::Model],
    made: &[ArtifactView],
) -> Vec<PartBody> {
    let mut parts = parts.to_vec();
    for part in &mut parts {
        if let PartBody::ToolCall(part) = part
            && part.status.is_open()
        {
            match calls.iter().find(|call| call.id == part.call_id) {
                Some(call) => take_over(ctx, part, call),
                None => part.status = ToolCallStatus::Failed,
            }
        }
    }
    for call in calls.iter().filter(|call| call.result.is_some() || call.status == ToolCallStatus::InDoubt) {
        let is_told =
            parts.iter().any(|part| matches!(part, PartBody::ToolCall(part) if part.call_id == call.id));
        if !is_told {
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
            take_over(ctx, &mut part, call);
            parts.push(PartBody::ToolCall(part));
        }
    }
    for made in made {
        let is_told =
            parts.iter().any(|part| matches!(part, PartBody::Artifact(part) if part.artifact_id == made.id));
        if !is_told {
            parts.push(PartBody::Artifact(ArtifactPart {
                artifact_id: made.id,
                version: made.version,
                kind: made.kind,
                title: made.title.clone(),
            }));
        }
    }
    parts
}

/// Makes a part say what its row says.
fn take_over(ctx: &Ctx, part: &mut ToolCallPart, call: &tool_call::Model) {
    part.status = call.status;
    part.duration_ms = call.duration_ms.and_then(|ms| u64::try_from(ms).ok());
    part.result = match (&call.result, call.status) {
        (Some(result), _) => Some(tools::shown(result)),
        (None, ToolCallStatus::InDoubt) => Some(tools::in_doubt(ctx, &call.name).to_string()),
        (None, _) => None,
    };
}

/// Returns a message's words, for searching.
fn words(parts: &[PartBody]) -> String {
    parts
        .iter()
        .filter_map(|part| match part {
            PartBody::Text(part) => Some(part.text.as_str()),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("\n")
}
