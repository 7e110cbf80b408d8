//! Artifacts and their versions.

use crate::columns::{Fate, bytes, json, moment, moment_null, refers, thing_table};
use sea_orm_migration::{prelude::*, schema::*};

pub(super) const INDEXES: &[&str] = &[
    "CREATE INDEX artifact_list ON artifact (tenant_id, owner_id, updated_at, id) WHERE deleted_at IS NULL",
    "CREATE INDEX artifact_conversation ON artifact (tenant_id, conversation_id)",
    "CREATE UNIQUE INDEX artifact_version_number ON artifact_version (tenant_id, artifact_id, number)",
    "CREATE INDEX artifact_version_digest ON artifact_version (tenant_id, digest)",
];

pub(super) fn tables() -> Vec<TableCreateStatement> {
    vec![artifact(), artifact_version()]
}

/// An artifact outlives what made it, so its lineage stands in the way of a removal: whoever removes
/// a conversation for good lets go of its artifacts first.
fn artifact() -> TableCreateStatement {
    thing_table("artifact")
        .col(uuid("owner_id"))
        .col(uuid_null("workspace_id"))
        .col(text("kind"))
        .col(text("title"))
        .col(boolean("is_pinned"))
        .col(integer("latest_version"))
        .col(uuid_null("conversation_id"))
        .col(uuid_null("turn_id"))
        .col(uuid_null("tool_call_id"))
        .col(text_null("model"))
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .col(moment_null("deleted_at"))
        .foreign_key(&mut refers("artifact", "workspace_id", "workspace", Fate::Stands))
        .foreign_key(&mut refers("artifact", "conversation_id", "conversation", Fate::Stands))
        .foreign_key(&mut refers("artifact", "turn_id", "turn", Fate::Stands))
        .foreign_key(&mut refers("artifact", "tool_call_id", "tool_call", Fate::Stands))
        .take()
}

fn artifact_version() -> TableCreateStatement {
    thing_table("artifact_version")
        .col(uuid("artifact_id"))
        .col(integer("number"))
        .col(bytes("digest"))
        .col(text("media_type"))
        .col(big_integer("size_bytes"))
        .col(uuid("created_by"))
        .col(uuid_null("turn_id"))
        .col(uuid_null("tool_call_id"))
        .col(text_null("model"))
        .col(json("inputs"))
        .col(moment("created_at"))
        .foreign_key(&mut refers("artifact_version", "artifact_id", "artifact", Fate::Goes))
        .foreign_key(&mut refers("artifact_version", "turn_id", "turn", Fate::Stands))
        .foreign_key(&mut refers("artifact_version", "tool_call_id", "tool_call", Fate::Stands))
        .take()
}
