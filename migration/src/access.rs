//! Groups, custom roles, role assignments, grants, tenant policies and shares. Replaces `role_grant`.

use crate::columns::{
    OnDelete, entity_table, json, tenant_foreign_key, tenant_table, utc_timestamp, utc_timestamp_null,
    with_primary_key,
};
use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, boolean, text, text_null, uuid, uuid_null},
    sea_orm::ConnectionTrait,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX principal_group_name ON principal_group (tenant_id, name_normalised)",
    "CREATE INDEX group_member_principal ON group_member (tenant_id, principal_id)",
    "CREATE UNIQUE INDEX custom_role_name ON custom_role (tenant_id, name_normalised)",
    "CREATE INDEX role_assignment_principal ON role_assignment (tenant_id, principal_id)",
    "CREATE INDEX role_assignment_group ON role_assignment (tenant_id, group_id)",
    "CREATE UNIQUE INDEX access_grant_subject ON access_grant \
     (tenant_id, subject_kind, subject_id, subject_role, resource_kind, resource_key, level)",
    "CREATE INDEX access_grant_resource ON access_grant (tenant_id, resource_kind, resource_key)",
    "CREATE UNIQUE INDEX access_policy_name ON access_policy (tenant_id, name_normalised)",
    "CREATE UNIQUE INDEX share_resource ON share \
     (tenant_id, resource_kind, resource_id, subject_kind, subject_id)",
    "CREATE INDEX share_subject ON share (tenant_id, subject_kind, subject_id, resource_kind)",
];

/// Copies the role grants: those narrowed to a tool or a datasource become grants, the others role assignments.
/// Grants on behalf of another principal had no effect and are not copied.
const COPY_ROLE_GRANTS: &[&str] = &[
    "INSERT INTO role_assignment (tenant_id, id, principal_id, role, assigned_by, created_at) \
     SELECT tenant_id, id, principal_id, role, granted_by, created_at FROM role_grant \
     WHERE tool IS NULL AND datasource_id IS NULL AND on_behalf_of IS NULL",
    "INSERT INTO access_grant (tenant_id, id, subject_kind, subject_id, subject_role, resource_kind, \
     resource_key, level, effect, granted_by, created_at) \
     SELECT g.tenant_id, g.id, 'principal', g.principal_id, '', 'tool', g.tool, 'use', 'allow', g.granted_by, \
     g.created_at FROM role_grant AS g WHERE g.tool IS NOT NULL AND g.on_behalf_of IS NULL \
     ON CONFLICT DO NOTHING",
    "INSERT INTO access_grant (tenant_id, id, subject_kind, subject_id, subject_role, resource_kind, \
     resource_key, level, effect, granted_by, created_at) \
     SELECT g.tenant_id, g.id, 'principal', g.principal_id, '', 'datasource', d.slug, 'use', 'allow', \
     g.granted_by, g.created_at FROM role_grant AS g \
     JOIN datasource AS d ON d.tenant_id = g.tenant_id AND d.id = g.datasource_id \
     WHERE g.tool IS NULL AND g.on_behalf_of IS NULL \
     ON CONFLICT DO NOTHING",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            principal_group(),
            group_member(),
            custom_role(),
            role_assignment(),
            access_grant(),
            access_policy(),
            share(),
        ] {
            manager.create_table(table).await?;
        }
        for (table, column) in new_columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        let connection = manager.get_connection();
        for statement in INDEXES.iter().chain(COPY_ROLE_GRANTS) {
            connection.execute_unprepared(statement).await?;
        }
        manager.drop_table(Table::drop().table("role_grant").take()).await
    }
}

fn new_columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("tenant", big_integer("policy_version").default(1).take()),
        ("principal", json("attributes").default("{}").take()),
        ("conversation", json("labels").default("[]").take()),
        ("artifact", json("labels").default("[]").take()),
        ("turn", json("scopes").default("[]").take()),
    ]
}

fn principal_group() -> TableCreateStatement {
    entity_table("principal_group")
        .col(text("name"))
        .col(text("name_normalised"))
        .col(text("description"))
        .col(uuid("created_by"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("updated_at"))
        .take()
}

fn group_member() -> TableCreateStatement {
    let table = tenant_table("group_member")
        .col(uuid("group_id"))
        .col(uuid("principal_id"))
        .col(uuid("added_by"))
        .col(utc_timestamp("created_at"))
        .foreign_key(&mut tenant_foreign_key(
            "group_member",
            "group_id",
            "principal_group",
            OnDelete::Cascade,
        ))
        .foreign_key(&mut tenant_foreign_key("group_member", "principal_id", "principal", OnDelete::Cascade))
        .take();
    with_primary_key(table, &["group_id", "principal_id"])
}

fn custom_role() -> TableCreateStatement {
    entity_table("custom_role")
        .col(text("name"))
        .col(text("name_normalised"))
        .col(text("description"))
        .col(json("actions"))
        .col(uuid("created_by"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("updated_at"))
        .take()
}

fn role_assignment() -> TableCreateStatement {
    entity_table("role_assignment")
        .col(uuid_null("principal_id"))
        .col(uuid_null("group_id"))
        .col(text_null("role"))
        .col(uuid_null("custom_role_id"))
        .col(uuid_null("assigned_by"))
        .col(utc_timestamp("created_at"))
        .foreign_key(&mut tenant_foreign_key(
            "role_assignment",
            "principal_id",
            "principal",
            OnDelete::Cascade,
        ))
        .foreign_key(&mut tenant_foreign_key(
            "role_assignment",
            "group_id",
            "principal_group",
            OnDelete::Cascade,
        ))
        .foreign_key(&mut tenant_foreign_key(
            "role_assignment",
            "custom_role_id",
            "custom_role",
            OnDelete::Cascade,
        ))
        .take()
}

fn access_grant() -> TableCreateStatement {
    entity_table("access_grant")
        .col(text("subject_kind"))
        .col(uuid("subject_id"))
        .col(text("subject_role"))
        .col(text("resource_kind"))
        .col(text("resource_key"))
        .col(text("level"))
        .col(text("effect"))
        .col(uuid_null("granted_by"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp_null("expires_at"))
        .take()
}

fn access_policy() -> TableCreateStatement {
    entity_table("access_policy")
        .col(text("name"))
        .col(text("name_normalised"))
        .col(text("description"))
        .col(text("source"))
        .col(boolean("is_enabled"))
        .col(uuid("created_by"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp("updated_at"))
        .take()
}

fn share() -> TableCreateStatement {
    entity_table("share")
        .col(text("resource_kind"))
        .col(uuid("resource_id"))
        .col(text("subject_kind"))
        .col(uuid("subject_id"))
        .col(text("level"))
        .col(uuid("granted_by"))
        .col(utc_timestamp("created_at"))
        .col(utc_timestamp_null("expires_at"))
        .take()
}
