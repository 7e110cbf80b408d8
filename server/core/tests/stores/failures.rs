//! Database failures: full disk, locked file, lost connections.

use crate::fixtures;
use penny_kernel::{
    db::{Db, StoreError},
    fault::ToFault,
};
use penny_testkit::{
    databases::{postgres, sqlite},
    postgres::TcpProxy,
};
use penny_types::FaultCode;
use sea_orm::{ConnectionTrait, TransactionTrait};
use std::time::Duration;

#[tokio::test]
async fn a_full_disk_is_reported_and_loses_no_data() {
    let database = sqlite().await;
    let acme = fixtures::tenant(&database, "acme").await;
    let tx = database.db.begin(&acme).await.unwrap();
    let pages = crate::schema::number(&tx, "PRAGMA page_count").await;
    tx.execute_unprepared(&format!("PRAGMA max_page_count = {}", pages + 8)).await.unwrap();
    let alice = fixtures::user(&tx, &acme, "alice").await;
    tx.commit().await.unwrap();

    let tx = database.db.begin(&acme).await.unwrap();
    let conversation = fixtures::conversation(&tx, &acme, alice).await;
    let long_text = "words ".repeat(50_000);
    let mut row = fixtures::new_user(&acme, acme.new_id(), "bob");
    row.display_name = sea_orm::ActiveValue::Set(long_text);
    let error = StoreError::from(sea_orm::ActiveModelTrait::insert(row, &tx).await.unwrap_err());
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    assert_eq!(error.to_fault().code, FaultCode::StorageFull);
    drop((tx, conversation));

    // Committed data is kept, and the connection works again once there is space.
    let tx = database.db.begin(&acme).await.unwrap();
    tx.execute_unprepared("PRAGMA max_page_count = 1000000").await.unwrap();
    fixtures::conversation(&tx, &acme, alice).await;
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_locked_file_is_busy_until_it_is_unlocked() {
    let database = sqlite().await;
    let acme = fixtures::tenant(&database, "acme").await;
    let mut options = database.options.clone();
    options.acquire_timeout = Duration::from_millis(200);
    let db = Db::connect(&options, database.bus.clone()).await.unwrap();
    let other = crate::schema::connect_as_owner(&database).await;
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
async fn connections_recover_after_a_server_outage() {
    let Some(database) = postgres().await else { return };
    let acme = fixtures::tenant(&database, "acme").await;
    let (before, rest) = database.options.url.split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    let mut proxy = TcpProxy::start(server).await;
    let mut options = database.options.clone();
    options.url = format!("{before}@{}/{name}", proxy.local_addr());
    options.acquire_timeout = Duration::from_millis(500);
    let db = Db::connect(&options, database.bus.clone()).await.unwrap();
    db.check().await.unwrap();
    let open_tx = db.begin(&acme).await.unwrap();

    proxy.disconnect().await;
    let error = open_tx.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    for _ in 0..3 {
        let error = db.begin(&acme).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert_eq!(error.to_fault().code, FaultCode::Unavailable);
        assert!(db.check().await.is_err());
    }

    proxy.reconnect().await;
    db.check().await.unwrap();
    let tx = db.begin(&acme).await.unwrap();
    fixtures::user(&tx, &acme, "alice").await;
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn dead_pooled_connections_do_not_fail_requests() {
    let Some(database) = postgres().await else { return };
    let acme = fixtures::tenant(&database, "acme").await;
    let held: Vec<_> = futures::future::join_all((0..4).map(|_| database.db.read(&acme))).await;
    drop(held);
    let admin = crate::schema::connect_as_owner(&database).await;
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(crate::schema::number(&admin, sql).await >= 4);
    for _ in 0..4 {
        database.db.begin(&acme).await.unwrap();
    }
}

#[tokio::test]
async fn a_missing_database_is_unavailable() {
    let Some(database) = postgres().await else { return };
    let acme = fixtures::tenant(&database, "acme").await;
    let mut options = database.options.clone();
    options.url = format!("{}_missing", options.url);
    let db = Db::connect(&options, database.bus.clone()).await.unwrap();
    let error = db.read(&acme).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}
