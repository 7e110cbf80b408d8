//! Conversations: a tree of messages made of parts.

use crate::columns::{Fate, json, moment, moment_null, refers, thing_table};
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

/// `leaf_id` refers to a message without a key of its own: each of the two comes first sometimes.
fn conversation() -> TableCreateStatement {
    thing_table("conversation")
        .col(uuid("owner_id"))
        .col(uuid_null("workspace_id"))
        .col(text_null("title"))
        .col(boolean("is_pinned"))
        .col(text("origin"))
        .col(text_null("external_thread_key"))
        .col(text_null("model"))
        .col(uuid_null("leaf_id"))
        .col(text("draft"))
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .col(moment_null("deleted_at"))
        .foreign_key(&mut refers("conversation", "owner_id", "principal", Fate::Stands))
        .foreign_key(&mut refers("conversation", "workspace_id", "workspace", Fate::Stands))
        .take()
}

/// `turn_id` refers to a turn without a key of its own: the message is written first, and the turn
/// refers to it.
fn message() -> TableCreateStatement {
    thing_table("message")
        .col(uuid("conversation_id"))
        .col(uuid_null("parent_id"))
        .col(text("author"))
        .col(uuid_null("principal_id"))
        .col(integer("depth"))
        .col(text_null("model"))
        .col(uuid_null("turn_id"))
        .col(text("sensitivity"))
        .col(moment("created_at"))
        .foreign_key(&mut refers("message", "conversation_id", "conversation", Fate::Goes))
        .foreign_key(&mut refers("message", "parent_id", "message", Fate::Stands))
        .take()
}

fn message_part() -> TableCreateStatement {
    thing_table("message_part")
        .col(uuid("conversation_id"))
        .col(uuid("message_id"))
        .col(integer("position"))
        .col(text("kind"))
        .col(integer("version"))
        .col(json("body"))
        .col(text("sensitivity"))
        .col(text_null("pseudonym_map_ref"))
        .col(uuid_null("turn_id"))
        .col(moment("created_at"))
        .foreign_key(&mut refers("message_part", "conversation_id", "conversation", Fate::Goes))
        .foreign_key(&mut refers("message_part", "message_id", "message", Fate::Goes))
        .take()
}
