//! Artifacts and their versions.

use crate::columns::{
    OnDelete, bytes, entity_table, json, tenant_foreign_key, utc_timestamp, utc_timestamp_null,
};
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

/// An artifact outlives its conversation, so its lineage restricts deletion: erasing a conversation first
/// clears the lineage of its artifacts.
fn artifact() -> TableCreateStatement {
    entity_table("artifact")
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
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("updated_at"))
        .col(utc_timestamp_null("deleted_at"))
        .foreign_key(&mut tenant_foreign_key("artifact", "workspace_id", "workspace", OnDelete::Restrict))
        .foreign_key(&mut tenant_foreign_key(
            "artifact",
            "conversation_id",
            "conversation",
            OnDelete::Restrict,
        ))
        .foreign_key(&mut tenant_foreign_key("artifact", "turn_id", "turn", OnDelete::Restrict))
        .foreign_key(&mut tenant_foreign_key("artifact", "tool_call_id", "tool_call", OnDelete::Restrict))
        .take()
}

fn artifact_version() -> TableCreateStatement {
    entity_table("artifact_version")
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
        .col(utc_timestamp("created_at"))
        .foreign_key(&mut tenant_foreign_key(
            "artifact_version",
            "artifact_id",
            "artifact",
            OnDelete::Cascade,
        ))
        .foreign_key(&mut tenant_foreign_key("artifact_version", "turn_id", "turn", OnDelete::Restrict))
        .foreign_key(&mut tenant_foreign_key(
            "artifact_version",
            "tool_call_id",
            "tool_call",
            OnDelete::Restrict,
        ))
        .take()
}
