//! Turns, steps, model calls, tool calls and events.

use crate::columns::{
    OnDelete, bytes_null, entity_table, json, json_null, tenant_foreign_key, tenant_table, utc_timestamp,
    utc_timestamp_null, with_primary_key,
};
use sea_orm_migration::{prelude::*, schema::*};

pub(super) const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX turn_client_key ON turn (tenant_id, conversation_id, client_key)",
    "CREATE INDEX turn_conversation ON turn (tenant_id, conversation_id, status)",
    "CREATE INDEX turn_message ON turn (tenant_id, message_id)",
    "CREATE INDEX turn_user_message ON turn (tenant_id, user_message_id)",
    // Turns with an expired lease are found across tenants.
    "CREATE INDEX turn_alive ON turn (status, lease_expires_at) \
     WHERE status IN ('queued', 'running', 'waiting')",
    "CREATE UNIQUE INDEX turn_step_place ON turn_step (tenant_id, turn_id, position)",
    "CREATE INDEX model_call_turn ON model_call (tenant_id, turn_id)",
    "CREATE UNIQUE INDEX tool_call_once ON tool_call (tenant_id, idempotency_key)",
    "CREATE INDEX tool_call_turn ON tool_call (tenant_id, turn_id)",
    "CREATE INDEX tool_call_conversation ON tool_call (tenant_id, conversation_id)",
];

pub(super) fn tables() -> Vec<TableCreateStatement> {
    vec![turn(), turn_step(), model_call(), tool_call(), event_checkpoint()]
}

fn turn() -> TableCreateStatement {
    let mut table = entity_table("turn")
        .col(uuid("conversation_id"))
        .col(uuid("user_message_id"))
        .col(uuid("message_id"))
        .col(uuid_null("continues"))
        .col(text("status"))
        .col(text_null("code"))
        .col(text("model"))
        .col(json_null("route"))
        .col(json_null("tools_allowed"))
        .col(json_null("artifacts_expected"))
        .col(text_null("client_key"))
        .col(uuid("principal_id"))
        .col(uuid_null("on_behalf_of"))
        .col(text("locale"))
        .col(text("via"))
        .col(text_null("trace_id"))
        .col(text_null("lease_owner"))
        .col(utc_timestamp_null("lease_expires_at"))
        .col(big_integer("fencing_token"))
        .col(big_integer("seq_reserved"))
        .col(big_integer("last_seq"))
        .col(big_integer("text_offset_start"))
        .col(big_integer("text_length"))
        .col(big_integer("reasoning_length"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp_null("started_at"))
        .col(utc_timestamp_null("finished_at"))
        .col(utc_timestamp_null("stop_requested_at"))
        .foreign_key(&mut tenant_foreign_key("turn", "conversation_id", "conversation", OnDelete::Cascade))
        .foreign_key(&mut tenant_foreign_key("turn", "user_message_id", "message", OnDelete::Cascade))
        .foreign_key(&mut tenant_foreign_key("turn", "message_id", "message", OnDelete::Cascade))
        .foreign_key(&mut tenant_foreign_key("turn", "continues", "turn", OnDelete::Restrict))
        .take();
    with_usage(&mut table)
}

fn with_usage(table: &mut TableCreateStatement) -> TableCreateStatement {
    for column in ["input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "cost_micros"] {
        table.col(big_integer(column));
    }
    table.take()
}

fn turn_step() -> TableCreateStatement {
    entity_table("turn_step")
        .col(uuid("turn_id"))
        .col(integer("position"))
        .col(text("kind"))
        .col(text("status"))
        .col(json("detail"))
        .col(utc_timestamp("started_at"))
        .col(utc_timestamp_null("finished_at"))
        .foreign_key(&mut tenant_foreign_key("turn_step", "turn_id", "turn", OnDelete::Cascade))
        .take()
}

fn model_call() -> TableCreateStatement {
    let mut table = entity_table("model_call")
        .col(uuid_null("turn_id"))
        .col(uuid_null("step_id"))
        .col(text("provider"))
        .col(text("model"))
        .col(text("status"))
        .col(text_null("code"))
        .col(big_integer_null("ttft_ms"))
        .col(big_integer_null("duration_ms"))
        .col(text_null("trace_id"))
        .col(utc_timestamp("started_at"))
        .col(utc_timestamp_null("finished_at"))
        .foreign_key(&mut tenant_foreign_key("model_call", "turn_id", "turn", OnDelete::Cascade))
        .foreign_key(&mut tenant_foreign_key("model_call", "step_id", "turn_step", OnDelete::Cascade))
        .take();
    with_usage(&mut table)
}

fn tool_call() -> TableCreateStatement {
    entity_table("tool_call")
        .col(uuid_null("conversation_id"))
        .col(uuid_null("turn_id"))
        .col(uuid_null("step_id"))
        .col(uuid("principal_id"))
        .col(uuid_null("on_behalf_of"))
        .col(text_null("model_call_ref"))
        .col(text("name"))
        .col(integer("version"))
        .col(text("effect"))
        .col(json("arguments"))
        .col(text_null("plan"))
        .col(bytes_null("plan_hash"))
        .col(text("status"))
        .col(text("idempotency_key"))
        .col(json_null("result"))
        .col(text_null("error"))
        .col(uuid_null("decided_by"))
        .col(utc_timestamp_null("decided_at"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp_null("started_at"))
        .col(utc_timestamp_null("finished_at"))
        .col(big_integer_null("duration_ms"))
        .foreign_key(&mut tenant_foreign_key(
            "tool_call",
            "conversation_id",
            "conversation",
            OnDelete::Cascade,
        ))
        .foreign_key(&mut tenant_foreign_key("tool_call", "turn_id", "turn", OnDelete::Cascade))
        .foreign_key(&mut tenant_foreign_key("tool_call", "step_id", "turn_step", OnDelete::Cascade))
        .take()
}

fn event_checkpoint() -> TableCreateStatement {
    let table = tenant_table("event_checkpoint")
        .col(uuid("turn_id"))
        .col(big_integer("last_seq"))
        .col(big_integer("first_seq"))
        .col(text("events"))
        .foreign_key(&mut tenant_foreign_key("event_checkpoint", "turn_id", "turn", OnDelete::Cascade))
        .take();
    with_primary_key(table, &["turn_id", "last_seq"])
}
