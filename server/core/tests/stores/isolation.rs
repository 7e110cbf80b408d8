//! Tenant isolation: every table of the live database is accessed as another tenant.
//!
//! A test fails when a table is missing from `penny_entity::tables`, has no tenant column, has no
//! tenant-scoped entity, or, on PostgreSQL, has no forced row-level security.

use crate::schema::{
    ColumnInfo, columns, connect_as_owner, insert_statement, live_tables, number, query, uuid,
};
use penny_entity::{LookupRights, Table, TenantScoped, tables};
use penny_kernel::{ctx::Ctx, db::WriteTx};
use penny_testkit::databases::{TestDb, postgres, test_databases};
use penny_types::TenantId;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityName, IdenStatic, IntoActiveModel, Iterable, PaginatorTrait,
};
use std::{collections::BTreeSet, future::Future, pin::Pin};
use uuid::Uuid;

/// A tenant with a row in every table.
struct TenantRows {
    ctx: Ctx,
    id: Uuid,
}

async fn tenant_with_rows(database: &TestDb) -> TenantRows {
    let tenant: TenantId = database.new_id();
    let rows = TenantRows { ctx: Ctx::system(tenant, database.system.clone(), &[]), id: database.new_id() };
    let tx = database.db.begin(&rows.ctx).await.unwrap();
    for table in tables() {
        let sql =
            insert_row_sql(database, table, &columns(&tx, table.name).await, rows.ctx.tenant(), rows.id);
        tx.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    tx.commit().await.unwrap();
    rows
}

fn insert_row_sql(
    database: &TestDb,
    table: &Table,
    columns: &[ColumnInfo],
    tenant: TenantId,
    id: Uuid,
) -> String {
    insert_statement(database.db.backend(), table.name, columns, table.tenant_column, tenant.uuid(), id)
}

#[tokio::test]
async fn every_table_is_listed_and_has_a_tenant_column() {
    for database in test_databases().await {
        let conn = connect_as_owner(&database).await;
        let live: BTreeSet<String> = live_tables(&conn).await.into_iter().collect();
        let listed: BTreeSet<String> = tables().iter().map(|table| table.name.to_owned()).collect();
        assert_eq!(live, listed, "the tables of the database and those of penny_entity::tables differ");
        for table in tables() {
            let columns = columns(&conn, table.name).await;
            let tenant = columns.iter().find(|column| column.name == table.tenant_column);
            let kind = tenant.map(|column| column.kind.as_str());
            assert!(matches!(kind, Some("uuid" | "uuid_text")), "{} has no tenant column", table.name);
        }
    }
}

#[tokio::test]
async fn every_reference_between_tables_stays_within_the_tenant() {
    for database in test_databases().await {
        let conn = connect_as_owner(&database).await;
        for table in tables() {
            let sql = if database.is_sqlite() {
                format!(
                    "SELECT \"table\", group_concat(\"from\") FROM pragma_foreign_key_list('{}') GROUP BY id, \"table\"",
                    table.name
                )
            } else {
                format!(
                    "SELECT f.relname::text, (SELECT string_agg(a.attname, ',') FROM pg_attribute AS a \
                     WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) \
                     FROM pg_constraint AS k JOIN pg_class AS f ON f.oid = k.confrelid \
                     WHERE k.contype = 'f' AND k.conrelid = '\"{}\"'::regclass",
                    table.name
                )
            };
            for row in query(&conn, &sql).await {
                let (target, from): (String, String) =
                    (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
                let is_tenant_bound = from.split(',').any(|column| column == table.tenant_column);
                assert!(is_tenant_bound, "{} references {target} by {from}, without the tenant", table.name);
            }
        }
    }
}

#[tokio::test]
async fn a_row_cannot_reference_a_row_of_another_tenant() {
    for database in test_databases().await {
        let acme = tenant_with_rows(&database).await;
        let globex = tenant_with_rows(&database).await;
        let tx = database.db.begin(&globex.ctx).await.unwrap();
        let table = penny_entity::table("message").unwrap();
        let other_tenant = acme.id;
        let sql = insert_row_sql(
            &database,
            table,
            &columns(&tx, "message").await,
            globex.ctx.tenant(),
            other_tenant,
        );
        let error = tx.execute_unprepared(&sql).await.unwrap_err();
        assert!(penny_kernel::db::StoreError::from(error).is_conflict());
    }
}

type RowCount<'a> = Pin<Box<dyn Future<Output = u64> + 'a>>;

/// Operations on a table through its entity.
struct EntityOps {
    name: &'static str,
    columns: fn() -> BTreeSet<String>,
    count: fn(&WriteTx, TenantId) -> RowCount<'_>,
    /// Reads all columns of the rows and writes them back.
    rewrite: fn(&WriteTx, TenantId) -> RowCount<'_>,
    delete: fn(&WriteTx, TenantId) -> RowCount<'_>,
}

macro_rules! entities {
    ($($name:ident => $table:expr),+ $(,)?) => { [$(EntityOps {
        name: stringify!($name),
        columns: || penny_entity::$name::Column::iter().map(|column| column.as_str().to_owned()).collect(),
        count: |tx, tenant| Box::pin(async move {
            assert_eq!(penny_entity::$name::Entity.table_name(), stringify!($name));
            penny_entity::$name::Entity::find_in(tenant).count(tx).await.unwrap()
        }),
        rewrite: |tx, tenant| Box::pin(async move {
            let rows = penny_entity::$name::Entity::find_in(tenant).all(tx).await.unwrap();
            for row in &rows {
                let again = row.clone().into_active_model().reset_all().update(tx).await.unwrap();
                assert_eq!(again, *row);
            }
            rows.len() as u64
        }),
        delete: |tx, tenant| Box::pin(async move {
            penny_entity::$name::Entity::delete_in(tenant).exec(tx).await.unwrap().rows_affected
        }),
    }),+] };
}

fn entities() -> Vec<EntityOps> {
    penny_entity::for_each_table!(entities).into()
}

#[tokio::test]
async fn a_read_through_an_entity_returns_only_rows_of_the_tenant() {
    for database in test_databases().await {
        let acme = tenant_with_rows(&database).await;
        let globex = tenant_with_rows(&database).await;
        let known: BTreeSet<&str> = entities().iter().map(|entity| entity.name).collect();
        assert_eq!(known, tables().iter().map(|table| table.name).collect(), "a table has no entity here");
        let tx = database.db.begin(&globex.ctx).await.unwrap();
        for entity in entities() {
            assert_eq!((entity.count)(&tx, globex.ctx.tenant()).await, 1, "{}", entity.name);
            // On PostgreSQL even a query for the other tenant's rows returns none.
            let others = (entity.count)(&tx, acme.ctx.tenant()).await;
            assert_eq!(others, u64::from(database.is_sqlite()), "{}", entity.name);
        }
    }
}

#[tokio::test]
async fn every_entity_matches_the_columns_of_its_table() {
    for database in test_databases().await {
        let acme = tenant_with_rows(&database).await;
        let tx = database.db.begin(&acme.ctx).await.unwrap();
        for entity in entities() {
            let live = columns(&tx, entity.name).await.into_iter().map(|column| column.name);
            // The generated search column exists only on PostgreSQL and is not part of the entity.
            let live: BTreeSet<String> = live.filter(|name| name != "words").collect();
            assert_eq!((entity.columns)(), live, "{}", entity.name);
            let is_updatable =
                database.is_sqlite() || penny_entity::table(entity.name).unwrap().updatable_columns.is_none();
            if is_updatable {
                assert_eq!((entity.rewrite)(&tx, acme.ctx.tenant()).await, 1, "{}", entity.name);
            }
        }
    }
}

#[tokio::test]
async fn a_deletion_through_an_entity_does_not_affect_other_tenants() {
    for database in test_databases().await {
        let acme = tenant_with_rows(&database).await;
        let globex = tenant_with_rows(&database).await;
        let tx = database.db.begin(&globex.ctx).await.unwrap();
        for entity in entities().iter().rev() {
            let table = penny_entity::table(entity.name).unwrap();
            if table.updatable_columns.is_none() && entity.name != "tenant" {
                (entity.delete)(&tx, globex.ctx.tenant()).await;
            }
        }
        tx.commit().await.unwrap();
        let tx = database.db.begin(&acme.ctx).await.unwrap();
        for entity in entities() {
            assert_eq!((entity.count)(&tx, acme.ctx.tenant()).await, 1, "{}", entity.name);
        }
    }
}

#[tokio::test]
async fn row_level_security_is_forced_on_every_table() {
    let Some(database) = postgres().await else { return };
    let conn = connect_as_owner(&database).await;
    for table in tables() {
        let name = table.name;
        let sql = format!(
            "SELECT count(*) FROM pg_class WHERE oid = '\"{name}\"'::regclass AND relrowsecurity \
             AND relforcerowsecurity AND pg_get_userbyid(relowner) NOT LIKE 'penny\\_%'"
        );
        assert_eq!(number(&conn, &sql).await, 1, "{name} has no forced row-level security");
        let sql = format!(
            "SELECT count(*) FROM pg_policies WHERE tablename = '{name}' AND roles = '{{penny_app}}' \
             AND cmd = 'ALL' AND qual LIKE '%penny.tenant%' AND qual = with_check"
        );
        assert_eq!(number(&conn, &sql).await, 1, "{name} has no policy for its tenant");
        let wanted = i64::from(table.lookup != LookupRights::None);
        let sql = format!(
            "SELECT count(*) FROM pg_policies WHERE tablename = '{name}' AND roles <> '{{penny_app}}'"
        );
        assert_eq!(number(&conn, &sql).await, wanted, "{name} has an unexpected policy");
    }
    let sql = "SELECT count(*) FROM pg_roles WHERE rolname IN ('penny_app', 'penny_lookup') \
               AND NOT rolsuper AND NOT rolbypassrls AND NOT rolcanlogin AND NOT rolcreaterole";
    assert_eq!(number(&conn, sql).await, 2);
    let sql = "SELECT count(*) FROM (VALUES ('penny_app'), ('penny_lookup')) AS r (name) \
               WHERE has_table_privilege(name, 'seaql_migrations', 'SELECT, INSERT, UPDATE, DELETE')";
    assert_eq!(number(&conn, sql).await, 0, "the roles have access to the list of migrations");
}

#[tokio::test]
async fn rows_of_another_tenant_can_be_neither_read_nor_written() {
    let Some(database) = postgres().await else { return };
    let acme = tenant_with_rows(&database).await;
    let globex = tenant_with_rows(&database).await;
    let other_tenant = uuid(database.db.backend(), acme.ctx.tenant().uuid());
    let own_tenant = uuid(database.db.backend(), globex.ctx.tenant().uuid());
    for table in tables() {
        let (name, column) = (table.name, table.tenant_column);
        let tx = database.db.begin(&globex.ctx).await.unwrap();
        assert_eq!(number(&tx, &format!("SELECT count(*) FROM \"{name}\"")).await, 1, "{name}: reading");
        let filled = columns(&tx, name).await;
        drop(tx);

        for sql in [
            format!("UPDATE \"{name}\" SET \"{column}\" = \"{column}\" WHERE \"{column}\" = {other_tenant}"),
            format!("DELETE FROM \"{name}\" WHERE \"{column}\" = {other_tenant}"),
        ] {
            let tx = database.db.begin(&globex.ctx).await.unwrap();
            match tx.execute_unprepared(&sql).await {
                Ok(done) => assert_eq!(done.rows_affected(), 0, "{sql}"),
                Err(error) => assert!(error.to_string().contains("permission denied"), "{sql}: {error}"),
            }
        }

        for sql in [
            insert_row_sql(&database, table, &filled, acme.ctx.tenant(), database.new_id()),
            format!("UPDATE \"{name}\" SET \"{column}\" = {other_tenant} WHERE \"{column}\" = {own_tenant}"),
        ] {
            let tx = database.db.begin(&globex.ctx).await.unwrap();
            let error = tx.execute_unprepared(&sql).await.unwrap_err().to_string();
            let is_refused = error.contains("row-level security") || error.contains("permission denied");
            assert!(is_refused, "{sql}: {error}");
        }
    }
}

#[tokio::test]
async fn no_row_is_visible_without_a_tenant() {
    let Some(database) = postgres().await else { return };
    tenant_with_rows(&database).await;
    let tx = sea_orm::TransactionTrait::begin(&connect_as_owner(&database).await).await.unwrap();
    tx.execute_unprepared("SET LOCAL ROLE penny_app").await.unwrap();
    for table in tables() {
        assert_eq!(
            number(&tx, &format!("SELECT count(*) FROM \"{}\"", table.name)).await,
            0,
            "{}",
            table.name
        );
    }
    tx.execute_unprepared("SET LOCAL penny.tenant = ''").await.unwrap();
    assert_eq!(number(&tx, "SELECT count(*) FROM conversation").await, 0);
}

#[tokio::test]
async fn the_tenant_setting_ends_with_the_transaction() {
    let Some(database) = postgres().await else { return };
    let acme = tenant_with_rows(&database).await;
    let mut options = database.options.clone();
    options.max_connections = 2;
    let db = penny_kernel::db::Db::connect(&options, database.bus.clone()).await.unwrap();
    for _ in 0..6 {
        let tx = db.begin(&acme.ctx).await.unwrap();
        assert_eq!(number(&tx, "SELECT count(*) FROM tenant").await, 1);
        tx.commit().await.unwrap();
        let lookup = db.lookup().await.unwrap();
        let left =
            "SELECT count(*) FROM (VALUES (current_setting('penny.tenant', true))) AS s (t) WHERE t <> ''";
        assert_eq!(number(&lookup, left).await, 0);
    }
}

#[tokio::test]
async fn the_lookup_role_can_read_only_its_tables() {
    let Some(database) = postgres().await else { return };
    tenant_with_rows(&database).await;
    tenant_with_rows(&database).await;
    for table in tables() {
        let name = table.name;
        let read = format!("SELECT count(*) FROM \"{name}\"");
        let tx = database.db.begin_lookup().await.unwrap();
        if table.lookup == LookupRights::None {
            let statement = sea_orm::Statement::from_string(database.db.backend(), &read);
            let error = tx.query_all_raw(statement).await.unwrap_err().to_string();
            assert!(error.contains("permission denied"), "{name}: {error}");
            continue;
        }
        assert_eq!(number(&tx, &read).await, 2, "{name}");
        let change = format!("UPDATE \"{name}\" SET \"{0}\" = \"{0}\"", table.tenant_column);
        let result = tx.execute_unprepared(&change).await;
        assert_eq!(result.is_ok(), table.lookup == LookupRights::ReadWrite, "{name}: {result:?}");
    }
}

#[tokio::test]
async fn audit_records_cannot_be_changed_or_deleted() {
    let Some(database) = postgres().await else { return };
    let acme = tenant_with_rows(&database).await;
    for (sql, is_allowed) in [
        ("UPDATE audit_event SET action = 'something else'", false),
        ("UPDATE audit_event SET outcome = 'succeeded'", false),
        ("DELETE FROM audit_event", false),
        ("DELETE FROM event_checkpoint", false),
        ("UPDATE audit_event SET ordinal = 1, hash = '\\x01'", true),
    ] {
        let tx = database.db.begin(&acme.ctx).await.unwrap();
        assert_eq!(tx.execute_unprepared(sql).await.is_ok(), is_allowed, "{sql}");
    }
}
