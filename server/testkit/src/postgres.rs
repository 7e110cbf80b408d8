//! Databases on the PostgreSQL server that `PENNY_TEST_POSTGRES_URL` names, and a TCP proxy to simulate
//! outages.
//!
//! `end2end/services/postgres.sh start` starts a server and prints the value for the variable.

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

/// Returns the server's URL; prints that PostgreSQL tests are skipped and returns `None` when it is not set.
#[must_use]
pub fn server_url() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the environment provides the URL of the test server")]
    let url = std::env::var("PENNY_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        #[expect(clippy::print_stdout, reason = "the test runner counts skipped tests by this line")]
        {
            println!("skipped: PostgreSQL, because PENNY_TEST_POSTGRES_URL is not set");
        }
    }
    url
}

/// Creates an empty database and returns its URL; `None` when no server is configured.
///
/// # Panics
/// When the server cannot be reached or refuses to create the database.
#[expect(clippy::expect_used, reason = "a test cannot continue without its database")]
pub async fn fresh_database() -> Option<String> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    static CLEANUP: OnceCell<()> = OnceCell::const_new();
    let server = server_url()?;
    let admin = Database::connect(&server).await.expect("cannot connect to the PostgreSQL server");
    CLEANUP.get_or_init(|| drop_leftovers(&admin)).await;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let sql = "SELECT extract(epoch FROM now())::bigint";
    let row = admin.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    let now: i64 =
        row.expect("cannot read the server time").expect("no row").try_get_by_index(0).expect("not a number");
    let name = format!("penny_test_{now}_{}_{number}", process::id());
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE template0"))
        .await
        .expect("cannot create the database");
    admin.close().await.expect("cannot close the connection");
    let (base, _) = server.rsplit_once('/').expect("the URL has no database name");
    Some(format!("{base}/{name}"))
}

/// Runs `sql` directly, without row-level security for a tenant, and returns the first column of its first
/// row.
///
/// # Panics
/// When the server cannot be reached or rejects the statement.
#[expect(clippy::expect_used, reason = "a test cannot continue without its database")]
pub async fn read_text(url: &str, sql: &str) -> Option<String> {
    let admin = Database::connect(url).await.expect("cannot connect to the PostgreSQL server");
    let row = admin.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    let text = row.expect("the statement failed").and_then(|row| row.try_get_by_index(0).ok());
    admin.close().await.expect("cannot close the connection");
    text
}

/// Drops test databases that are older than one hour.
async fn drop_leftovers(admin: &DatabaseConnection) {
    let sql = "SELECT datname FROM pg_database WHERE datname ~ '^penny_test_[0-9]+_' \
               AND split_part(datname, '_', 3)::bigint < extract(epoch FROM now()) - 3600";
    let rows =
        admin.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap_or_default();
    for row in rows {
        if let Ok(name) = row.try_get_by_index::<String>(0) {
            // A concurrent test run may have dropped it already.
            let _ = admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

/// Forwards TCP connections to an upstream server, so that a test can simulate an outage.
#[derive(Debug)]
pub struct TcpProxy {
    local_addr: SocketAddr,
    upstream: String,
    /// The listener and all its connections; dropping the set closes them.
    tasks: JoinSet<()>,
}

impl TcpProxy {
    /// Starts a proxy on a free local port; `upstream` is `host:port`.
    ///
    /// # Panics
    /// When no port is free.
    #[expect(clippy::expect_used, reason = "a test cannot continue without its proxy")]
    pub async fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("no free port");
        let local_addr = listener.local_addr().expect("the listener has no address");
        let mut proxy = Self { local_addr, upstream: upstream.to_owned(), tasks: JoinSet::new() };
        proxy.tasks.spawn(forward(listener, proxy.upstream.clone()));
        proxy
    }

    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Closes every connection and refuses new ones.
    pub async fn disconnect(&mut self) {
        self.tasks.shutdown().await;
    }

    /// Accepts connections again, on the same port.
    ///
    /// # Panics
    /// When another program has taken the port.
    #[expect(clippy::expect_used, reason = "a test cannot continue without its proxy")]
    pub async fn reconnect(&mut self) {
        let listener = TcpListener::bind(self.local_addr).await.expect("the port is no longer free");
        self.tasks.spawn(forward(listener, self.upstream.clone()));
    }
}

async fn forward(listener: TcpListener, upstream: String) {
    let mut connections = JoinSet::new();
    while let Ok((mut client, _)) = listener.accept().await {
        let upstream = upstream.clone();
        connections.spawn(async move {
            if let Ok(mut server) = TcpStream::connect(upstream).await {
                // Either side may close the connection at any time, which is expected.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}
