//! Bad luck: a full disk, a locked file, a server that goes away and comes back.

use crate::people;
use penny_core::{
    db::{Db, StoreError},
    fault::ToFault,
};
use penny_testkit::{
    databases::{postgres, sqlite},
    postgres::Passage,
};
use penny_types::FaultCode;
use sea_orm::{ConnectionTrait, TransactionTrait};
use std::time::Duration;

#[tokio::test]
async fn a_full_disk_loses_nothing_and_says_so() {
    let database = sqlite().await;
    let acme = people::tenant(&database, "acme").await;
    let tx = database.db.begin(&acme).await.unwrap();
    let pages = crate::schema::number(&tx, "PRAGMA page_count").await;
    tx.execute_unprepared(&format!("PRAGMA max_page_count = {}", pages + 8)).await.unwrap();
    let alice = people::user(&tx, &acme, "alice").await;
    tx.commit().await.unwrap();

    let tx = database.db.begin(&acme).await.unwrap();
    let conversation = people::conversation(&tx, &acme, alice).await;
    let essay = "words ".repeat(50_000);
    let mut row = people::new_user(&acme, acme.mint(), "bob");
    row.display_name = sea_orm::ActiveValue::Set(essay);
    let error = StoreError::from(sea_orm::ActiveModelTrait::insert(row, &tx).await.unwrap_err());
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert_eq!(error.to_fault().code, FaultCode::StorageFull);
    drop((tx, conversation));

    // What was there is there, and once there is room the same connection goes on.
    let tx = database.db.begin(&acme).await.unwrap();
    tx.execute_unprepared("PRAGMA max_page_count = 1000000").await.unwrap();
    people::conversation(&tx, &acme, alice).await;
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_file_that_another_program_locks_is_busy_and_then_is_not() {
    let database = sqlite().await;
    let acme = people::tenant(&database, "acme").await;
    let mut options = database.options.clone();
    options.acquire_timeout = Duration::from_millis(200);
    let db = Db::connect(&options, database.bus.clone()).await.unwrap();
    let other = crate::schema::past_the_doors(&database).await;
    let lock = sea_orm::TransactionOptions {
        sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Exclusive),
        ..Default::default()
    };
    let held = other.begin_with_options(lock).await.unwrap();
    let error = db.begin(&acme).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy(_)), "{error:?}");
    held.rollback().await.unwrap();
    db.begin(&acme).await.unwrap();
}

#[tokio::test]
async fn a_server_that_goes_away_and_comes_back_is_used_again() {
    let Some(database) = postgres().await else { return };
    let acme = people::tenant(&database, "acme").await;
    let (before, rest) = database.options.url.split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    let mut passage = Passage::open(server).await;
    let mut options = database.options.clone();
    options.url = format!("{before}@{}/{name}", passage.address());
    options.acquire_timeout = Duration::from_millis(500);
    let db = Db::connect(&options, database.bus.clone()).await.unwrap();
    db.check().await.unwrap();
    let under_way = db.begin(&acme).await.unwrap();

    passage.cut().await;
    let error = under_way.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    for _ in 0..3 {
        let error = db.begin(&acme).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert_eq!(error.to_fault().code, FaultCode::Unavailable);
        assert!(db.check().await.is_err());
    }

    passage.restore().await;
    db.check().await.unwrap();
    let tx = db.begin(&acme).await.unwrap();
    people::user(&tx, &acme, "alice").await;
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn connections_that_died_unseen_cost_no_request() {
    let Some(database) = postgres().await else { return };
    let acme = people::tenant(&database, "acme").await;
    let held: Vec<_> = futures::future::join_all((0..4).map(|_| database.db.read(&acme))).await;
    drop(held);
    let admin = crate::schema::past_the_doors(&database).await;
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(crate::schema::number(&admin, sql).await >= 4);
    for _ in 0..4 {
        database.db.begin(&acme).await.unwrap();
    }
}

#[tokio::test]
async fn a_login_that_is_no_superuser_owns_the_tables_and_sees_nothing_in_them() {
    let Some(database) = postgres().await else { return };
    let admin = crate::schema::past_the_doors(&database).await;
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
    // The other tests' superuser made the roles, so this login may not put them on yet.
    let refusal = db.migrate().await.unwrap_err();
    let reason = std::error::Error::source(&refusal).unwrap().to_string();
    assert!(reason.contains("GRANT penny_app, penny_lookup TO"), "{reason}");
    admin.execute_unprepared(&format!("GRANT penny_app, penny_lookup TO {login}")).await.unwrap();
    assert!(db.migrate().await.unwrap() > 0);

    let acme = penny_core::ctx::Ctx::system(database.mint(), database.world.clone());
    let tx = db.begin(&acme).await.unwrap();
    people::insert_tenant(&tx, &acme, "acme").await;
    people::user(&tx, &acme, "alice").await;
    tx.commit().await.unwrap();
    let owner = sea_orm::Database::connect(&options.url).await.unwrap();
    assert_eq!(crate::schema::number(&owner, "SELECT count(*) FROM principal").await, 0);
    let tx = db.read(&acme).await.unwrap();
    assert_eq!(crate::schema::number(&tx, "SELECT count(*) FROM principal").await, 1);
    drop(tx);
    owner.close().await.unwrap();
    db.close().await.unwrap();
    // A role belongs to the whole server and would stay there.
    for sql in [format!("DROP DATABASE {name} WITH (FORCE)"), format!("DROP ROLE {login}")] {
        admin.execute_unprepared(&sql).await.unwrap();
    }
}

#[tokio::test]
async fn a_database_that_lets_nobody_in_cannot_be_reached() {
    let Some(database) = postgres().await else { return };
    let acme = people::tenant(&database, "acme").await;
    let mut options = database.options.clone();
    options.url = format!("{}_missing", options.url);
    let db = Db::connect(&options, database.bus.clone()).await.unwrap();
    let error = db.read(&acme).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}
