//! Closes every table with row-level security, for two roles that own nothing and bypass nothing.
//!
//! `penny_app` sees the rows of the tenant its transaction names; `penny_lookup` sees what must be
//! found before a tenant is known, in the tables that list it, and nothing else. The owner of the
//! tables sees nothing outside a migration: the policies are forced and none is for it.

use penny_entity::{LookupRights, Table, tables};
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

/// The roles, made once for the whole server. Another database's migration may be making them at the
/// same moment, and an administrator may have made them before.
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

/// The tenant the transaction names; no row matches where it names none.
const CURRENT_TENANT: &str = "nullif(current_setting('penny.tenant', true), '')::uuid";

/// Brings roles, policies and rights in line with the list of tables, unless they already are.
pub(crate) async fn protect(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    let statements: Vec<String> = tables().iter().flat_map(statements).collect();
    let wanted = fingerprint(&statements);
    if current(tx).await?.as_deref() == Some(wanted.as_str()) {
        return Ok(());
    }
    tx.execute_unprepared(ROLES).await?;
    for statement in &statements {
        tx.execute_unprepared(statement).await?;
    }
    tx.execute_unprepared(&format!("COMMENT ON TABLE seaql_migrations IS '{wanted}'")).await?;
    Ok(())
}

/// Reads which protection is in force: it is noted as a comment, and comments need no table.
async fn current(tx: &DatabaseTransaction) -> Result<Option<String>, DbErr> {
    let sql = "SELECT obj_description('seaql_migrations'::regclass, 'pg_class')";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.map_or(Ok(None), |row| row.try_get_by_index(0))
}

/// Names a protection: FNV-1a over its statements and the roles'.
fn fingerprint(statements: &[String]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in statements.iter().flat_map(|text| text.bytes()).chain(ROLES.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("protection {hash:016x}")
}

fn statements(table: &Table) -> Vec<String> {
    let name = table.name;
    let belongs = format!("{} = {CURRENT_TENANT}", table.tenant_column);
    let mut out = vec![
        format!("ALTER TABLE \"{name}\" ENABLE ROW LEVEL SECURITY"),
        format!("ALTER TABLE \"{name}\" FORCE ROW LEVEL SECURITY"),
        format!("REVOKE ALL ON \"{name}\" FROM PUBLIC, penny_app, penny_lookup"),
        format!("DROP POLICY IF EXISTS tenant ON \"{name}\""),
        format!("DROP POLICY IF EXISTS lookup ON \"{name}\""),
        format!("CREATE POLICY tenant ON \"{name}\" TO penny_app USING ({belongs}) WITH CHECK ({belongs})"),
    ];
    match table.append_only_but {
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
        LookupRights::Keep => {
            out.push(format!(
                "CREATE POLICY lookup ON \"{name}\" TO penny_lookup USING (true) WITH CHECK (true)"
            ));
            out.push(format!("GRANT SELECT, INSERT, UPDATE, DELETE ON \"{name}\" TO penny_lookup"));
        }
    }
    out
}
