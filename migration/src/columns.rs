//! What tables have in common: the tenant, the key, and references that cannot leave the tenant.

use sea_orm_migration::{prelude::*, schema};

/// Begins a table whose rows belong to a tenant. Add the key's other columns with [`keyed`].
pub(crate) fn tenant_table(name: &'static str) -> TableCreateStatement {
    let mut tenant = ForeignKey::create();
    tenant.from(name, "tenant_id").to("tenant", "id").on_delete(ForeignKeyAction::Cascade);
    Table::create().table(name).col(schema::uuid("tenant_id")).foreign_key(&mut tenant).take()
}

/// Begins a table of a tenant's rows with an id each.
pub(crate) fn thing_table(name: &'static str) -> TableCreateStatement {
    keyed(tenant_table(name).col(schema::uuid("id")).take(), &["id"])
}

/// Makes the tenant and these columns the table's key.
pub(crate) fn keyed(mut table: TableCreateStatement, columns: &[&'static str]) -> TableCreateStatement {
    let mut key = Index::create();
    key.col("tenant_id");
    for column in columns {
        key.col(*column);
    }
    table.primary_key(&mut key).take()
}

/// What becomes of a row when the row it refers to is removed.
#[derive(Clone, Copy)]
pub(crate) enum Fate {
    /// It goes too.
    Goes,
    /// It stands in the way.
    Stands,
}

/// Refers to the `id` of another table's row, within the tenant.
pub(crate) fn refers(
    from: &'static str,
    column: &'static str,
    to: &'static str,
    fate: Fate,
) -> ForeignKeyCreateStatement {
    let mut key = ForeignKey::create();
    key.from(from, ("tenant_id", column)).to(to, ("tenant_id", "id"));
    if matches!(fate, Fate::Goes) {
        key.on_delete(ForeignKeyAction::Cascade);
    }
    key.take()
}

/// A moment.
pub(crate) fn moment(name: &'static str) -> ColumnDef {
    schema::timestamp_with_time_zone(name)
}

/// A moment that may not have come.
pub(crate) fn moment_null(name: &'static str) -> ColumnDef {
    schema::timestamp_with_time_zone_null(name)
}

/// Bytes.
pub(crate) fn bytes(name: &'static str) -> ColumnDef {
    schema::blob(name)
}

/// Bytes that may be absent.
pub(crate) fn bytes_null(name: &'static str) -> ColumnDef {
    schema::blob_null(name)
}

/// JSON.
pub(crate) fn json(name: &'static str) -> ColumnDef {
    schema::json_binary(name)
}

/// JSON that may be absent.
pub(crate) fn json_null(name: &'static str) -> ColumnDef {
    schema::json_binary_null(name)
}
