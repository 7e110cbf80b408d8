//! Turns: their steps, their calls and their events.

use crate::columns::{
    Fate, bytes_null, json, json_null, keyed, moment, moment_null, refers, tenant_table, thing_table,
};
use sea_orm_migration::{prelude::*, schema::*};

pub(super) const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX turn_client_key ON turn (tenant_id, conversation_id, client_key)",
    "CREATE INDEX turn_conversation ON turn (tenant_id, conversation_id, status)",
    "CREATE INDEX turn_message ON turn (tenant_id, message_id)",
    "CREATE INDEX turn_user_message ON turn (tenant_id, user_message_id)",
    // Whoever looks for turns that nobody runs any more knows no tenant.
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
    let mut table = thing_table("turn")
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
        .col(moment_null("lease_expires_at"))
        .col(big_integer("fencing_token"))
        .col(big_integer("seq_reserved"))
        .col(big_integer("last_seq"))
        .col(big_integer("text_offset_start"))
        .col(big_integer("text_length"))
        .col(big_integer("reasoning_length"))
        .col(moment("created_at"))
        .col(moment_null("started_at"))
        .col(moment_null("finished_at"))
        .col(moment_null("stop_requested_at"))
        .foreign_key(&mut refers("turn", "conversation_id", "conversation", Fate::Goes))
        .foreign_key(&mut refers("turn", "user_message_id", "message", Fate::Goes))
        .foreign_key(&mut refers("turn", "message_id", "message", Fate::Goes))
        .foreign_key(&mut refers("turn", "continues", "turn", Fate::Stands))
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
    thing_table("turn_step")
        .col(uuid("turn_id"))
        .col(integer("position"))
        .col(text("kind"))
        .col(text("status"))
        .col(json("detail"))
        .col(moment("started_at"))
        .col(moment_null("finished_at"))
        .foreign_key(&mut refers("turn_step", "turn_id", "turn", Fate::Goes))
        .take()
}

fn model_call() -> TableCreateStatement {
    let mut table = thing_table("model_call")
        .col(uuid_null("turn_id"))
        .col(uuid_null("step_id"))
        .col(text("provider"))
        .col(text("model"))
        .col(text("status"))
        .col(text_null("code"))
        .col(big_integer_null("ttft_ms"))
        .col(big_integer_null("duration_ms"))
        .col(text_null("trace_id"))
        .col(moment("started_at"))
        .col(moment_null("finished_at"))
        .foreign_key(&mut refers("model_call", "turn_id", "turn", Fate::Goes))
        .foreign_key(&mut refers("model_call", "step_id", "turn_step", Fate::Goes))
        .take();
    with_usage(&mut table)
}

fn tool_call() -> TableCreateStatement {
    thing_table("tool_call")
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
        .col(moment_null("decided_at"))
        .col(moment("created_at"))
        .col(moment_null("started_at"))
        .col(moment_null("finished_at"))
        .col(big_integer_null("duration_ms"))
        .foreign_key(&mut refers("tool_call", "conversation_id", "conversation", Fate::Goes))
        .foreign_key(&mut refers("tool_call", "turn_id", "turn", Fate::Goes))
        .foreign_key(&mut refers("tool_call", "step_id", "turn_step", Fate::Goes))
        .take()
}

fn event_checkpoint() -> TableCreateStatement {
    let table = tenant_table("event_checkpoint")
        .col(uuid("turn_id"))
        .col(big_integer("last_seq"))
        .col(big_integer("first_seq"))
        .col(text("events"))
        .foreign_key(&mut refers("event_checkpoint", "turn_id", "turn", Fate::Goes))
        .take();
    keyed(table, &["turn_id", "last_seq"])
}
