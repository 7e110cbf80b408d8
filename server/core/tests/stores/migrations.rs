//! Upgrade of a database from an earlier version.

use crate::{
    fixtures,
    schema::{self, connect_as_owner, number},
};
use penny_entity::tables;
use penny_kernel::{
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::Db,
};
use penny_testkit::databases::{postgres, test_databases};
use penny_types::{GrantId, PrincipalId};
use sea_orm::{ConnectionTrait, DbBackend};

/// Reverts the changes that later migrations made to the tables of the first one, newest first.
const REVERT: &[&str] = &[
    "DROP INDEX job_due",
    "ALTER TABLE job DROP COLUMN queue",
    "ALTER TABLE job DROP COLUMN priority",
    "ALTER TABLE job DROP COLUMN progress_done",
    "ALTER TABLE job DROP COLUMN progress_total",
    "ALTER TABLE job DROP COLUMN cancel_requested_at",
    "CREATE INDEX job_due ON job (run_at) WHERE finished_at IS NULL",
    "ALTER TABLE tenant DROP COLUMN policy_version",
    "ALTER TABLE principal DROP COLUMN attributes",
    "ALTER TABLE conversation DROP COLUMN labels",
    "ALTER TABLE artifact DROP COLUMN labels",
    "ALTER TABLE turn DROP COLUMN scopes",
    "ALTER TABLE message DROP COLUMN copied_from_id",
    "ALTER TABLE conversation DROP COLUMN forked_from_id",
];

/// The tables of the first migration that still exist. [`revert`] drops all others.
const FIRST_TABLES: &[&str] = &[
    "tenant",
    "tenant_host",
    "theme",
    "workspace",
    "principal",
    "external_identity",
    "membership",
    "session",
    "token",
    "sign_in_link",
    "datasource",
    "conversation",
    "message",
    "turn",
    "message_part",
    "turn_step",
    "model_call",
    "tool_call",
    "event_checkpoint",
    "artifact",
    "artifact_version",
    "kpi",
    "dashboard",
    "widget",
    "audit_event",
    "job",
    "outbox",
    "message_search",
];

/// Reverts a database to its first migration and gives a principal the admin role and one tool, as it was stored then.
/// Returns how many migrations were reverted.
async fn revert(owner: &impl ConnectionTrait, ctx: &Ctx, principal: PrincipalId) -> u64 {
    for table in tables().iter().rev().filter(|table| !FIRST_TABLES.contains(&table.name)) {
        let sql = format!("DROP TABLE {}", table.name);
        owner.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    for statement in REVERT {
        owner.execute_unprepared(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    let backend = owner.get_database_backend();
    let (uuid, timestamp) = match backend {
        DbBackend::Sqlite => ("uuid_text", "timestamp_with_timezone_text"),
        _ => ("uuid", "timestamptz"),
    };
    let table = format!(
        "CREATE TABLE role_grant (tenant_id {uuid} NOT NULL, id {uuid} NOT NULL, principal_id {uuid} NOT NULL, \
         on_behalf_of {uuid}, role text NOT NULL, tool text, datasource_id {uuid}, granted_by {uuid}, \
         created_at {timestamp} NOT NULL, PRIMARY KEY (tenant_id, id))"
    );
    owner.execute_unprepared(&table).await.unwrap();
    for (role, tool) in [("admin", "NULL"), ("viewer", "'send_mail'")] {
        let sql = format!(
            "INSERT INTO role_grant (tenant_id, id, principal_id, role, tool, created_at) \
             VALUES ({}, {}, {}, '{role}', {tool}, '2026-03-02T09:00:00.123456+00:00')",
            schema::uuid(backend, ctx.tenant().uuid()),
            schema::uuid(backend, ctx.new_id::<GrantId>().uuid()),
            schema::uuid(backend, principal.uuid()),
        );
        owner.execute_unprepared(&sql).await.unwrap();
    }
    if backend == DbBackend::Postgres {
        for sql in [
            "ALTER TABLE role_grant ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE role_grant FORCE ROW LEVEL SECURITY",
        ] {
            owner.execute_unprepared(sql).await.unwrap();
        }
    }
    let others = "DELETE FROM seaql_migrations WHERE version <> 'mod'";
    owner.execute_unprepared(others).await.unwrap().rows_affected()
}

/// Migrates a reverted database, and checks that the role grants became an assignment and a grant.
async fn assert_upgrade(db: &Db, ctx: &Ctx, reverted: u64) {
    assert!(db.check().await.is_err(), "the pending migrations were not detected");
    assert_eq!(db.migrate().await.unwrap() as u64, reverted);
    db.check().await.unwrap();
    let tx = db.read(ctx).await.unwrap();
    for (sql, wanted) in [
        ("SELECT count(*) FROM audit_event", 1),
        ("SELECT count(*) FROM role_assignment", 1),
        ("SELECT count(*) FROM role_assignment WHERE role = 'admin' AND principal_id IS NOT NULL", 1),
        ("SELECT count(*) FROM access_grant", 1),
        ("SELECT count(*) FROM access_grant WHERE resource_kind = 'tool' AND resource_key = 'send_mail'", 1),
    ] {
        assert_eq!(number(&tx, sql).await, wanted, "{sql}");
    }
    drop(tx);
    let tx = db.begin(ctx).await.unwrap();
    let carol = fixtures::user(&tx, ctx, "carol").await;
    fixtures::conversation(&tx, ctx, carol).await;
    tx.commit().await.unwrap();
}

/// Inserts the context's tenant with alice and an audit record.
async fn seed(db: &Db, ctx: &Ctx) -> PrincipalId {
    let tx = db.begin(ctx).await.unwrap();
    fixtures::insert_tenant(&tx, ctx, "acme").await;
    let alice = fixtures::user(&tx, ctx, "alice").await;
    audit::record(&tx, ctx, AuditRecord::of("tests.action", "test")).await.unwrap();
    tx.commit().await.unwrap();
    alice
}

#[tokio::test]
async fn an_upgrade_keeps_existing_rows_and_copies_the_role_grants() {
    for database in test_databases().await {
        let ctx = Ctx::system(database.new_id(), database.system.clone(), &[]);
        let alice = seed(&database.db, &ctx).await;
        let reverted = revert(&connect_as_owner(&database).await, &ctx, alice).await;
        assert_upgrade(&database.db, &ctx, reverted).await;
    }
}

#[tokio::test]
async fn an_owner_without_superuser_rights_migrates_rows_and_cannot_read_them_otherwise() {
    let Some(database) = postgres().await else { return };
    let admin = connect_as_owner(&database).await;
    let url = penny_testkit::postgres::fresh_database().await.unwrap();
    let (server, name) = url.rsplit_once('/').unwrap();
    let login = format!("login_of_{name}");
    for sql in [
        format!("CREATE ROLE {login} LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE"),
        format!("ALTER DATABASE {name} OWNER TO {login}"),
    ] {
        admin.execute_unprepared(&sql).await.unwrap();
    }
    let mut options = database.options.clone();
    options.url = format!("postgres://{login}@{}/{name}", server.split_once('@').unwrap().1);
    let db = Db::connect(&options, database.bus.clone()).await.unwrap();
    // The roles were created by a superuser, so this login cannot assume them yet.
    let error = db.migrate().await.unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("GRANT penny_app, penny_lookup TO"), "{reason}");
    admin.execute_unprepared(&format!("GRANT penny_app, penny_lookup TO {login}")).await.unwrap();
    assert!(db.migrate().await.unwrap() > 0);

    let acme = Ctx::system(database.new_id(), database.system.clone(), &[]);
    let alice = seed(&db, &acme).await;
    let owner = sea_orm::Database::connect(&options.url).await.unwrap();
    assert_eq!(number(&owner, "SELECT count(*) FROM principal").await, 0);
    let reverted = revert(&owner, &acme, alice).await;
    assert_eq!(number(&owner, "SELECT count(*) FROM role_grant").await, 0);
    assert_upgrade(&db, &acme, reverted).await;
    for table in ["principal", "role_assignment", "access_grant"] {
        assert_eq!(number(&owner, &format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    owner.close().await.unwrap();
    db.close().await.unwrap();
    // Roles are shared by the whole server and must be removed.
    for sql in [format!("DROP DATABASE {name} WITH (FORCE)"), format!("DROP ROLE {login}")] {
        admin.execute_unprepared(&sql).await.unwrap();
    }
}
