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

/// Passes all tables, each as `name => Table`, to another macro. Each comes after the tables it references.
#[macro_export]
macro_rules! for_each_table {
    ($callback:ident) => {
        $callback! {
            tenant => Table { tenant_column: "id", ..with_lookup("tenant", LookupRights::Read) },
            tenant_host => with_lookup("tenant_host", LookupRights::Read),
            theme => scoped("theme"),
            workspace => scoped("workspace"),
            principal => scoped("principal"),
            external_identity => scoped("external_identity"),
            membership => scoped("membership"),
            session => with_lookup("session", LookupRights::ReadWrite),
            token => with_lookup("token", LookupRights::Read),
            sign_in_link => with_lookup("sign_in_link", LookupRights::Read),
            datasource => scoped("datasource"),
            principal_group => scoped("principal_group"),
            group_member => scoped("group_member"),
            custom_role => scoped("custom_role"),
            role_assignment => scoped("role_assignment"),
            access_grant => scoped("access_grant"),
            access_policy => scoped("access_policy"),
            share => scoped("share"),
            conversation => scoped("conversation"),
            message => scoped("message"),
            turn => with_lookup("turn", LookupRights::Read),
            message_part => scoped("message_part"),
            turn_step => scoped("turn_step"),
            model_call => scoped("model_call"),
            tool_call => scoped("tool_call"),
            event_checkpoint => Table { updatable_columns: Some(&[]), ..scoped("event_checkpoint") },
            artifact => scoped("artifact"),
            artifact_version => scoped("artifact_version"),
            kpi => scoped("kpi"),
            dashboard => scoped("dashboard"),
            widget => scoped("widget"),
            audit_event => Table { updatable_columns: Some(&["ordinal", "previous_hash", "hash"]), ..scoped("audit_event") },
            audit_head => Table { updatable_columns: Some(&["records", "hash", "signature", "signed_at"]), ..scoped("audit_head") },
            job => with_lookup("job", LookupRights::ReadAndUpdate(&["attempts", "lease_owner", "lease_expires_at"])),
            outbox => scoped("outbox"),
            message_search => scoped("message_search"),
        }
    };
}

macro_rules! table_slice {
    ($($name:ident => $table:expr),+ $(,)?) => { &[$($table),+] };
}

const TABLES: &[Table] = for_each_table!(table_slice);

/// Returns all tables. Each comes after the tables it references.
#[must_use]
pub const fn tables() -> &'static [Table] {
    TABLES
}

#[must_use]
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
