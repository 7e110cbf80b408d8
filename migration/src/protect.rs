//! Row-level security for every table, with two roles that own no tables and cannot bypass policies.
//!
//! `penny_app` can access the rows of the tenant set in its transaction. `penny_lookup` can access all rows
//! of the tables that are needed before a tenant is known. The owner of the tables has no access outside a
//! migration, because the policies are forced and none applies to it.

use penny_entity::{LookupRights, Table, tables};
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

/// Creates the roles, which are shared by all databases of the server. Another migration may be creating
/// them concurrently, and an administrator may have created them before.
const ROLES: &str = "
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['penny_app', 'penny_lookup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = wanted AND (rolsuper OR rolbypassrls)) THEN
            RAISE EXCEPTION 'role % must neither be a superuser nor bypass row-level security', wanted;
        END IF;
        BEGIN
            EXECUTE format('SET LOCAL ROLE %I', wanted);
            RESET ROLE;
        EXCEPTION WHEN insufficient_privilege THEN
            BEGIN
                EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
            EXCEPTION WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'an administrator must run: GRANT penny_app, penny_lookup TO %', quote_ident(current_user);
            END;
        END;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), wanted);
    END LOOP;
END $$";

/// The tenant set in the transaction. No row matches when none is set.
const CURRENT_TENANT: &str = "nullif(current_setting('penny.tenant', true), '')::uuid";

/// Suspends row-level security for the owner of the tables until [`protect`] runs, so that data migrations
/// can read rows. Other roles stay protected, and everything happens in the migration's transaction.
pub(crate) async fn suspend_for_owner(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    let sql = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relforcerowsecurity \
               AND relnamespace = current_schema()::regnamespace";
    for row in tx.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await? {
        let name: String = row.try_get_by_index(0)?;
        tx.execute_unprepared(&format!("ALTER TABLE \"{name}\" NO FORCE ROW LEVEL SECURITY")).await?;
    }
    Ok(())
}

/// Applies the roles, policies and grants of `penny_entity::tables`, unless they are already in effect and no
/// migration was applied.
pub(crate) async fn protect(tx: &DatabaseTransaction, was_migrated: bool) -> Result<(), DbErr> {
    let statements: Vec<String> = tables().iter().flat_map(table_statements).collect();
    let expected = fingerprint(&statements);
    if !was_migrated && current_fingerprint(tx).await?.as_deref() == Some(expected.as_str()) {
        return Ok(());
    }
    tx.execute_unprepared(ROLES).await?;
    for statement in &statements {
        tx.execute_unprepared(statement).await?;
    }
    tx.execute_unprepared(&format!("COMMENT ON TABLE seaql_migrations IS '{expected}'")).await?;
    Ok(())
}

/// Reads the fingerprint of the current protection, which is stored as a table comment.
async fn current_fingerprint(tx: &DatabaseTransaction) -> Result<Option<String>, DbErr> {
    let sql = "SELECT obj_description('seaql_migrations'::regclass, 'pg_class')";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.map_or(Ok(None), |row| row.try_get_by_index(0))
}

/// Returns the fingerprint of a protection: FNV-1a over its statements and [`ROLES`].
fn fingerprint(statements: &[String]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in statements.iter().flat_map(|text| text.bytes()).chain(ROLES.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("protection {hash:016x}")
}

/// Returns the statements that enable row-level security for a table and grant the roles their rights.
fn table_statements(table: &Table) -> Vec<String> {
    let name = table.name;
    let is_own_row = format!("{} = {CURRENT_TENANT}", table.tenant_column);
    let mut out = vec![
        format!("ALTER TABLE \"{name}\" ENABLE ROW LEVEL SECURITY"),
        format!("ALTER TABLE \"{name}\" FORCE ROW LEVEL SECURITY"),
        format!("REVOKE ALL ON \"{name}\" FROM PUBLIC, penny_app, penny_lookup"),
        format!("DROP POLICY IF EXISTS tenant ON \"{name}\""),
        format!("DROP POLICY IF EXISTS lookup ON \"{name}\""),
        format!(
            "CREATE POLICY tenant ON \"{name}\" TO penny_app USING ({is_own_row}) WITH CHECK ({is_own_row})"
        ),
    ];
    match table.updatable_columns {
        None => out.push(format!("GRANT SELECT, INSERT, UPDATE, DELETE ON \"{name}\" TO penny_app")),
        Some([]) => out.push(format!("GRANT SELECT, INSERT ON \"{name}\" TO penny_app")),
        Some(columns) => {
            let columns = columns.join(", ");
            out.push(format!("GRANT SELECT, INSERT, UPDATE ({columns}) ON \"{name}\" TO penny_app"));
        }
    }
    match table.lookup {
        LookupRights::None => {}
        LookupRights::Read => {
            out.push(format!("CREATE POLICY lookup ON \"{name}\" FOR SELECT TO penny_lookup USING (true)"));
            out.push(format!("GRANT SELECT ON \"{name}\" TO penny_lookup"));
        }
        LookupRights::ReadAndUpdate(columns) => {
            let columns = columns.join(", ");
            out.push(format!(
                "CREATE POLICY lookup ON \"{name}\" TO penny_lookup USING (true) WITH CHECK (true)"
            ));
            out.push(format!("GRANT SELECT, UPDATE ({columns}) ON \"{name}\" TO penny_lookup"));
        }
        LookupRights::ReadWrite => {
            out.push(format!(
                "CREATE POLICY lookup ON \"{name}\" TO penny_lookup USING (true) WITH CHECK (true)"
            ));
            out.push(format!("GRANT SELECT, INSERT, UPDATE, DELETE ON \"{name}\" TO penny_lookup"));
        }
    }
    out
}
