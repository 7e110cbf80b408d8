//! Conversations, messages and message parts.

use crate::columns::{OnDelete, entity_table, json, tenant_foreign_key, utc_timestamp, utc_timestamp_null};
use sea_orm_migration::{prelude::*, schema::*};

pub(super) const INDEXES: &[&str] = &[
    "CREATE INDEX conversation_list ON conversation (tenant_id, owner_id, is_pinned, updated_at, id) \
     WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX conversation_thread ON conversation (tenant_id, origin, external_thread_key) \
     WHERE external_thread_key IS NOT NULL",
    "CREATE INDEX message_tree ON message (tenant_id, conversation_id, parent_id, id)",
    "CREATE UNIQUE INDEX message_part_place ON message_part (tenant_id, message_id, position)",
    "CREATE INDEX message_part_conversation ON message_part (tenant_id, conversation_id)",
];

pub(super) fn tables() -> Vec<TableCreateStatement> {
    vec![conversation(), message(), message_part()]
}

/// `leaf_id` has no foreign key, because conversation and message reference each other.
fn conversation() -> TableCreateStatement {
    entity_table("conversation")
        .col(uuid("owner_id"))
        .col(uuid_null("workspace_id"))
        .col(text_null("title"))
        .col(boolean("is_pinned"))
        .col(text("origin"))
        .col(text_null("external_thread_key"))
        .col(text_null("model"))
        .col(uuid_null("leaf_id"))
        .col(text("draft"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("updated_at"))
        .col(utc_timestamp_null("deleted_at"))
        .foreign_key(&mut tenant_foreign_key("conversation", "owner_id", "principal", OnDelete::Restrict))
        .foreign_key(&mut tenant_foreign_key("conversation", "workspace_id", "workspace", OnDelete::Restrict))
        .take()
}

/// `turn_id` has no foreign key, because the message is inserted before the turn that references it.
fn message() -> TableCreateStatement {
    entity_table("message")
        .col(uuid("conversation_id"))
        .col(uuid_null("parent_id"))
        .col(text("author"))
        .col(uuid_null("principal_id"))
        .col(integer("depth"))
        .col(text_null("model"))
        .col(uuid_null("turn_id"))
        .col(text("sensitivity"))
        .col(utc_timestamp("created_at"))
        .foreign_key(&mut tenant_foreign_key("message", "conversation_id", "conversation", OnDelete::Cascade))
        .foreign_key(&mut tenant_foreign_key("message", "parent_id", "message", OnDelete::Restrict))
        .take()
}

fn message_part() -> TableCreateStatement {
    entity_table("message_part")
        .col(uuid("conversation_id"))
        .col(uuid("message_id"))
        .col(integer("position"))
        .col(text("kind"))
        .col(integer("version"))
        .col(json("body"))
        .col(text("sensitivity"))
        .col(text_null("pseudonym_map_ref"))
        .col(uuid_null("turn_id"))
        .col(utc_timestamp("created_at"))
        .foreign_key(&mut tenant_foreign_key(
            "message_part",
            "conversation_id",
            "conversation",
            OnDelete::Cascade,
        ))
        .foreign_key(&mut tenant_foreign_key("message_part", "message_id", "message", OnDelete::Cascade))
        .take()
}
