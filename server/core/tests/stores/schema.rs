//! Introspection of the live database schema, and generation of rows for any table.

use penny_testkit::databases::TestDb;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use uuid::Uuid;

/// A column as reported by the database.
#[derive(Debug, Clone)]
pub struct ColumnInfo {
    pub name: String,
    pub kind: String,
    pub is_generated: bool,
}

/// Lists the tables of the database, except internal ones.
pub async fn live_tables(conn: &impl ConnectionTrait) -> Vec<String> {
    // The full-text index and its shadow tables are excluded: they are accessed through `message_search`.
    let sql = match conn.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' \
             AND name NOT LIKE 'message_search_index%' AND name <> 'seaql_migrations' ORDER BY name"
        }
        _ => {
            "SELECT c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' \
             AND n.nspname <> 'information_schema' AND c.relname <> 'seaql_migrations' ORDER BY c.relname"
        }
    };
    query(conn, sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

pub async fn columns(conn: &impl ConnectionTrait, table: &str) -> Vec<ColumnInfo> {
    let sql = match conn.get_database_backend() {
        DbBackend::Sqlite => format!("SELECT name, lower(type), 0 FROM pragma_table_info('{table}')"),
        _ => format!(
            "SELECT column_name::text, udt_name::text, \
             (is_generated = 'ALWAYS' OR is_identity = 'YES')::int FROM information_schema.columns \
             WHERE table_name = '{table}' AND table_schema = current_schema() ORDER BY ordinal_position"
        ),
    };
    let rows = query(conn, &sql).await;
    rows.iter()
        .map(|row| ColumnInfo {
            name: row.try_get_by_index(0).unwrap(),
            kind: row.try_get_by_index(1).unwrap(),
            is_generated: row.try_get_by_index::<i32>(2).unwrap() != 0,
        })
        .collect()
}

/// Returns an INSERT of one row of `tenant`. All its ids are `id`, so that references are valid when every
/// table has such a row.
pub fn insert_statement(
    backend: DbBackend,
    table: &str,
    columns: &[ColumnInfo],
    tenant_column: &str,
    tenant: Uuid,
    id: Uuid,
) -> String {
    let number = u64::from(id.as_fields().0) ^ (id.as_u128() as u64);
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in columns.iter().filter(|column| !column.is_generated) {
        if backend == DbBackend::Sqlite && table == "message_search" && column.name == "id" {
            continue;
        }
        let value = match column.kind.as_str() {
            "uuid" | "uuid_text" if column.name == tenant_column => uuid(backend, tenant),
            "uuid" | "uuid_text" => uuid(backend, id),
            "text" => match enum_value(table, &column.name) {
                Some(value) => format!("'{value}'"),
                None => format!("'w{number}'"),
            },
            "bool" | "boolean" => "false".to_owned(),
            "int4" | "int8" | "integer" | "bigint" => "1".to_owned(),
            "bytea" | "blob" => bytes(backend, id),
            "jsonb" | "jsonb_text" => "'[]'".to_owned(),
            "timestamptz" | "timestamp_with_timezone_text" => "'2026-03-02T09:00:00.123456+00:00'".to_owned(),
            other => panic!("{table}.{} has type {other}, for which no test value is defined", column.name),
        };
        names.push(format!("\"{}\"", column.name));
        values.push(value);
    }
    format!("INSERT INTO \"{table}\" ({}) VALUES ({})", names.join(", "), values.join(", "))
}

/// Returns a valid value of a text column with an enumerated domain.
fn enum_value(table: &str, column: &str) -> Option<&'static str> {
    Some(match (table, column) {
        (_, "locale") => "es",
        (_, "color_scheme") => "contrast",
        (_, "sensitivity") => "internal",
        ("principal", "kind") | ("audit_event", "actor_kind") | ("message", "author") => "user",
        ("role_assignment", "role") => "viewer",
        ("access_grant" | "share", "subject_kind") => "principal",
        ("access_grant", "resource_kind") => "tool",
        ("share", "resource_kind") => "artifact",
        ("access_grant", "level") => "use",
        ("share", "level") => "view",
        ("access_grant", "effect") => "allow",
        ("conversation", "origin") => "web",
        ("turn" | "turn_step", "status") => "finished",
        ("turn_step", "kind") => "model_call",
        ("model_call" | "tool_call", "status") | ("audit_event", "outcome") => "succeeded",
        ("tool_call", "effect") => "irreversible",
        ("artifact" | "widget", "kind") => "chart",
        ("kpi", "format") => "percent",
        ("kpi", "direction") => "down",
        _ => return None,
    })
}

/// Formats a UUID as an SQL literal.
pub fn uuid(backend: DbBackend, id: Uuid) -> String {
    match backend {
        DbBackend::Sqlite => format!("x'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

fn bytes(backend: DbBackend, id: Uuid) -> String {
    match backend {
        DbBackend::Sqlite => format!("x'{}'", id.simple()),
        _ => format!("'\\x{}'", id.simple()),
    }
}

/// Runs a query without parameters.
pub async fn query(conn: &impl ConnectionTrait, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    conn.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Returns the single integer of a query.
pub async fn number(conn: &impl ConnectionTrait, sql: &str) -> i64 {
    query(conn, sql).await[0].try_get_by_index(0).unwrap()
}

/// Connects as the role that owns the tables, without the application roles.
pub async fn connect_as_owner(database: &TestDb) -> sea_orm::DatabaseConnection {
    sea_orm::Database::connect(&database.options.url).await.unwrap()
}
