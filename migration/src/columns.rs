//! Builders for tenant tables, their primary keys, foreign keys within a tenant, and column types.

use sea_orm_migration::{prelude::*, schema};

/// Starts a table whose rows belong to a tenant. Set the primary key with [`with_primary_key`].
pub(crate) fn tenant_table(name: &'static str) -> TableCreateStatement {
    let mut tenant = ForeignKey::create();
    tenant.from(name, "tenant_id").to("tenant", "id").on_delete(ForeignKeyAction::Cascade);
    Table::create().table(name).col(schema::uuid("tenant_id")).foreign_key(&mut tenant).take()
}

/// Starts a tenant table with the primary key (`tenant_id`, `id`).
pub(crate) fn entity_table(name: &'static str) -> TableCreateStatement {
    with_primary_key(tenant_table(name).col(schema::uuid("id")).take(), &["id"])
}

/// Sets the primary key to the tenant and these columns.
pub(crate) fn with_primary_key(
    mut table: TableCreateStatement,
    columns: &[&'static str],
) -> TableCreateStatement {
    let mut key = Index::create();
    key.col("tenant_id");
    for column in columns {
        key.col(*column);
    }
    table.primary_key(&mut key).take()
}

/// The effect of deleting a referenced row.
#[derive(Clone, Copy)]
pub(crate) enum OnDelete {
    /// The referencing row is deleted too.
    Cascade,
    /// The deletion fails.
    Restrict,
}

/// Returns a foreign key to the `id` of another table within the same tenant.
pub(crate) fn tenant_foreign_key(
    from: &'static str,
    column: &'static str,
    to: &'static str,
    on_delete: OnDelete,
) -> ForeignKeyCreateStatement {
    let mut key = ForeignKey::create();
    key.from(from, ("tenant_id", column)).to(to, ("tenant_id", "id"));
    if matches!(on_delete, OnDelete::Cascade) {
        key.on_delete(ForeignKeyAction::Cascade);
    }
    key.take()
}

pub(crate) fn utc_timestamp(name: &'static str) -> ColumnDef {
    schema::timestamp_with_time_zone(name)
}

pub(crate) fn utc_timestamp_null(name: &'static str) -> ColumnDef {
    schema::timestamp_with_time_zone_null(name)
}

pub(crate) fn bytes(name: &'static str) -> ColumnDef {
    schema::blob(name)
}

pub(crate) fn bytes_null(name: &'static str) -> ColumnDef {
    schema::blob_null(name)
}

pub(crate) fn json(name: &'static str) -> ColumnDef {
    schema::json_binary(name)
}

pub(crate) fn json_null(name: &'static str) -> ColumnDef {
    schema::json_binary_null(name)
}
