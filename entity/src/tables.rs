//! The list of all tables, used by migrations, row-level security and tests.

/// Rights of the lookup role, which is used before the tenant is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupRights {
    None,
    Read,
    /// Read all columns and update these.
    ReadAndUpdate(&'static [&'static str]),
    /// Read, insert, update and delete.
    ReadWrite,
}

/// A table and its access rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    /// The column with the tenant's id.
    pub tenant_column: &'static str,
    pub lookup: LookupRights,
    /// The columns that may be updated after a row is inserted; `None` means all columns, and that rows may
    /// be deleted.
    pub updatable_columns: Option<&'static [&'static str]>,
}

const fn scoped(name: &'static str) -> Table {
    Table { name, tenant_column: "tenant_id", lookup: LookupRights::None, updatable_columns: None }
}

const fn with_lookup(name: &'static str, lookup: LookupRights) -> Table {
    Table { lookup, ..scoped(name) }
}

const TABLES: &[Table] = &[
    Table { tenant_column: "id", ..with_lookup("tenant", LookupRights::Read) },
    with_lookup("tenant_host", LookupRights::Read),
    scoped("theme"),
    scoped("workspace"),
    scoped("principal"),
    scoped("external_identity"),
    scoped("membership"),
    with_lookup("session", LookupRights::ReadWrite),
    with_lookup("token", LookupRights::Read),
    with_lookup("sign_in_link", LookupRights::Read),
    scoped("datasource"),
    scoped("principal_group"),
    scoped("group_member"),
    scoped("custom_role"),
    scoped("role_assignment"),
    scoped("access_grant"),
    scoped("access_policy"),
    scoped("share"),
    scoped("conversation"),
    scoped("message"),
    with_lookup("turn", LookupRights::Read),
    scoped("message_part"),
    scoped("turn_step"),
    scoped("model_call"),
    scoped("tool_call"),
    Table { updatable_columns: Some(&[]), ..scoped("event_checkpoint") },
    scoped("artifact"),
    scoped("artifact_version"),
    scoped("kpi"),
    scoped("dashboard"),
    scoped("widget"),
    Table { updatable_columns: Some(&["ordinal", "previous_hash", "hash"]), ..scoped("audit_event") },
    Table { updatable_columns: Some(&["records", "hash", "signature", "signed_at"]), ..scoped("audit_head") },
    with_lookup("job", LookupRights::ReadAndUpdate(&["attempts", "lease_owner", "lease_expires_at"])),
    scoped("outbox"),
    scoped("message_search"),
];

/// Returns all tables. Each comes after the tables it references.
#[must_use]
pub const fn tables() -> &'static [Table] {
    TABLES
}

#[must_use]
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
