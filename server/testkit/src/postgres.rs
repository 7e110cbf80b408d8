//! A PostgreSQL server for tests, where there is one, and a way to make it go away.
//!
//! `end2end/services/postgres.sh start` prints what `PENNY_TEST_POSTGRES_URL` should say.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::{
    net::SocketAddr,
    process,
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::OnceCell,
    task::JoinSet,
};

/// Reads where the server is; says that tests are skipped when there is none.
#[must_use]
pub fn server_url() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the server is")]
    let url = std::env::var("PENNY_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        #[expect(clippy::print_stdout, reason = "the test runner counts what was skipped by this line")]
        {
            println!("skipped: PostgreSQL, because PENNY_TEST_POSTGRES_URL is not set");
        }
    }
    url
}

/// Makes an empty database on the server and returns its address; `None` when there is no server.
///
/// # Panics
/// When the server refuses.
#[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
pub async fn fresh_database() -> Option<String> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    static CLEAN: OnceCell<()> = OnceCell::const_new();
    let server = server_url()?;
    let admin = Database::connect(&server).await.expect("the PostgreSQL server answers");
    CLEAN.get_or_init(|| drop_leftovers(&admin)).await;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let sql = "SELECT extract(epoch FROM now())::bigint";
    let row = admin.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    let now: i64 =
        row.expect("the server tells the time").expect("a row").try_get_by_index(0).expect("a number");
    let name = format!("penny_test_{now}_{}_{number}", process::id());
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE template0"))
        .await
        .expect("the server makes a database");
    admin.close().await.expect("the connection closes");
    let (base, _) = server.rsplit_once('/').expect("the URL names a database");
    Some(format!("{base}/{name}"))
}

/// Reads one text from a database, past every door and policy; `None` when there is no row.
///
/// # Panics
/// When the server refuses.
#[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
pub async fn read_text(url: &str, sql: &str) -> Option<String> {
    let admin = Database::connect(url).await.expect("the PostgreSQL server answers");
    let row = admin.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    let text = row.expect("the statement is right").and_then(|row| row.try_get_by_index(0).ok());
    admin.close().await.expect("the connection closes");
    text
}

/// Drops what tests of an hour ago left behind.
async fn drop_leftovers(admin: &DatabaseConnection) {
    let sql = "SELECT datname FROM pg_database WHERE datname ~ '^penny_test_[0-9]+_' \
               AND split_part(datname, '_', 3)::bigint < extract(epoch FROM now()) - 3600";
    let rows =
        admin.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap_or_default();
    for row in rows {
        if let Ok(name) = row.try_get_by_index::<String>(0) {
            // Another run may drop it first.
            let _ = admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

/// Stands between a program and a server, so that the server can go away and come back.
#[derive(Debug)]
pub struct Passage {
    here: SocketAddr,
    there: String,
    /// The listener and every connection through it; dropping it cuts them all.
    traffic: JoinSet<()>,
}

impl Passage {
    /// Opens a passage to `there`, a `host:port`.
    ///
    /// # Panics
    /// When no port is free.
    #[expect(clippy::expect_used, reason = "a test without its passage cannot go on")]
    pub async fn open(there: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let here = listener.local_addr().expect("the listener has an address");
        let mut passage = Self { here, there: there.to_owned(), traffic: JoinSet::new() };
        passage.traffic.spawn(carry(listener, passage.there.clone()));
        passage
    }

    /// Returns the address on this side.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.here
    }

    /// Cuts every connection and refuses new ones.
    pub async fn cut(&mut self) {
        self.traffic.shutdown().await;
    }

    /// Lets connections through again.
    ///
    /// # Panics
    /// When the port was taken by another program meanwhile.
    #[expect(clippy::expect_used, reason = "a test without its passage cannot go on")]
    pub async fn restore(&mut self) {
        let listener = TcpListener::bind(self.here).await.expect("the port is still free");
        self.traffic.spawn(carry(listener, self.there.clone()));
    }
}

async fn carry(listener: TcpListener, there: String) {
    let mut connections = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        let there = there.clone();
        connections.spawn(async move {
            if let Ok(mut far) = TcpStream::connect(there).await {
                // Either side may hang up at any moment; that is what this is for.
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
}
