//! The list of every table there is, shared by the migration, the policies and the tests.

/// What the narrow role that looks things up before a tenant is known may do with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupRights {
    /// Nothing.
    None,
    /// Read it.
    Read,
    /// Read it and change these columns.
    ReadAndUpdate(&'static [&'static str]),
    /// Keep it altogether.
    Keep,
}

/// A table, and who may do what with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The column that says which tenant a row belongs to.
    pub tenant_column: &'static str,
    /// What may be done with it before a tenant is known.
    pub lookup: LookupRights,
    /// The only columns that may change once a row is written, where not all may.
    pub append_only_but: Option<&'static [&'static str]>,
}

const fn scoped(name: &'static str) -> Table {
    Table { name, tenant_column: "tenant_id", lookup: LookupRights::None, append_only_but: None }
}

const fn looked_up(name: &'static str, lookup: LookupRights) -> Table {
    Table { lookup, ..scoped(name) }
}

/// Every table of the product, in an order in which each comes after those it refers to.
const TABLES: &[Table] = &[
    Table { tenant_column: "id", ..looked_up("tenant", LookupRights::Read) },
    looked_up("tenant_host", LookupRights::Read),
    scoped("theme"),
    scoped("workspace"),
    scoped("principal"),
    scoped("external_identity"),
    scoped("membership"),
    looked_up("session", LookupRights::Keep),
    looked_up("token", LookupRights::Read),
    looked_up("sign_in_link", LookupRights::Read),
    scoped("datasource"),
    scoped("role_grant"),
    scoped("conversation"),
    scoped("message"),
    looked_up("turn", LookupRights::Read),
    scoped("message_part"),
    scoped("turn_step"),
    scoped("model_call"),
    scoped("tool_call"),
    Table { append_only_but: Some(&[]), ..scoped("event_checkpoint") },
    scoped("artifact"),
    scoped("artifact_version"),
    scoped("kpi"),
    scoped("dashboard"),
    scoped("widget"),
    Table { append_only_but: Some(&["ordinal", "previous_hash", "hash"]), ..scoped("audit_event") },
    Table { append_only_but: Some(&["records", "hash", "signature", "signed_at"]), ..scoped("audit_head") },
    looked_up("job", LookupRights::ReadAndUpdate(&["attempts", "lease_owner", "lease_expires_at"])),
    scoped("outbox"),
    scoped("message_search"),
];

/// Returns every table of the product, each after those it refers to.
#[must_use]
pub const fn tables() -> &'static [Table] {
    TABLES
}

/// Finds a table by its name.
#[must_use]
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
