//! The live database's own account of itself, and how to fill any of its tables.

use penny_testkit::databases::TestDb;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use uuid::Uuid;

/// A column as the database describes it.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub kind: String,
    pub is_generated: bool,
}

/// Lists the tables there really are, without those that are no part of the product's data.
pub async fn live_tables(conn: &impl ConnectionTrait) -> Vec<String> {
    // The full-text index and its shadows hold no column of their own: they are read through the
    // table they belong to.
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

/// Lists a table's columns.
pub async fn columns(conn: &impl ConnectionTrait, table: &str) -> Vec<Column> {
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
        .map(|row| Column {
            name: row.try_get_by_index(0).unwrap(),
            kind: row.try_get_by_index(1).unwrap(),
            is_generated: row.try_get_by_index::<i32>(2).unwrap() != 0,
        })
        .collect()
}

/// Writes an INSERT of one row that belongs to `tenant`. Every id in it is `id`, so that when each
/// table has such a row, every reference within a tenant finds its target.
pub fn insertion(
    backend: DbBackend,
    table: &str,
    columns: &[Column],
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
            "text" => match word(table, &column.name) {
                Some(word) => format!("'{word}'"),
                None => format!("'w{number}'"),
            },
            "bool" | "boolean" => "false".to_owned(),
            "int4" | "int8" | "integer" | "bigint" => "1".to_owned(),
            "bytea" | "blob" => bytes(backend, id),
            "jsonb" | "jsonb_text" => "'[]'".to_owned(),
            "timestamptz" | "timestamp_with_timezone_text" => "'2026-03-02T09:00:00.123456+00:00'".to_owned(),
            other => panic!("{table}.{} is a {other}: say how to fill it", column.name),
        };
        names.push(format!("\"{}\"", column.name));
        values.push(value);
    }
    format!("INSERT INTO \"{table}\" ({}) VALUES ({})", names.join(", "), values.join(", "))
}

/// Returns a word that a column of words takes.
fn word(table: &str, column: &str) -> Option<&'static str> {
    Some(match (table, column) {
        (_, "locale") => "es",
        (_, "color_scheme") => "contrast",
        (_, "sensitivity") => "internal",
        ("principal", "kind") | ("audit_event", "actor_kind") | ("message", "author") => "user",
        ("role_grant", "role") => "viewer",
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

/// Writes a UUID as the database stores it.
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

/// Runs a query without values.
pub async fn query(conn: &impl ConnectionTrait, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    conn.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Reads one number.
pub async fn number(conn: &impl ConnectionTrait, sql: &str) -> i64 {
    query(conn, sql).await[0].try_get_by_index(0).unwrap()
}

/// Opens the database past its doors, as the role that owns the tables.
pub async fn past_the_doors(database: &TestDb) -> sea_orm::DatabaseConnection {
    sea_orm::Database::connect(&database.options.url).await.unwrap()
}
