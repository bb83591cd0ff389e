//! Connections, with the settings that make "acknowledged" mean "durable".

use crate::config::StoreConfig;
use crate::{Result, StoreError};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, sqlx};
use std::path::Path;
use std::time::Duration;

/// Readers of one SQLite file; each is a thread.
const SQLITE_READERS: u32 = 4;
/// Connections of one process to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long one SQLite process waits for another's write.
const SQLITE_BUSY: Duration = Duration::from_secs(20);
/// How long a request waits for a connection before it is told the database is down.
const POSTGRES_ACQUIRE: Duration = Duration::from_secs(5);

/// A process that hangs in the middle of a transaction must not hold others for ever.
const SESSION: &str = "SET lock_timeout = '15s'; SET idle_in_transaction_session_timeout = '60s'";

/// Makes the data folder, closed to other users: password hashes live in it.
pub(crate) fn make_data_dir(dir: &Path) -> Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| match StoreError::from(e) {
        StoreError::Io(why) => {
            StoreError::Io(format!("The data folder {} cannot be made: {why}.", dir.display()))
        }
        other => other,
    })
}

/// The writing and the reading connections.
pub(crate) async fn connect(config: &StoreConfig) -> Result<(DatabaseConnection, DatabaseConnection)> {
    match config.sqlite_path() {
        Some(path) => sqlite(&path).await,
        None => {
            let pool = postgres(config.database_url.as_deref().unwrap_or_default()).await?;
            Ok((pool.clone(), pool))
        }
    }
}

async fn sqlite(path: &Path) -> Result<(DatabaseConnection, DatabaseConnection)> {
    make_private(path).map_err(|e| of_file(path, e.into()))?;
    let write =
        Database::connect(sqlite_options(path, 1, false)).await.map_err(|e| of_file(path, e.into()))?;
    let read = Database::connect(sqlite_options(path, SQLITE_READERS, true)).await?;
    Ok((write, read))
}

/// An empty file is a new database; made here, it is its owner's alone, and so are the
/// files SQLite makes beside it.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut new = std::fs::OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    match new.open(path) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

/// Says which file it is: "unable to open database file" alone helps nobody.
fn of_file(path: &Path, err: StoreError) -> StoreError {
    let at = |text: String| format!("{} ({text})", path.display());
    match err {
        StoreError::DatabaseDown(t) => StoreError::DatabaseDown(at(t)),
        StoreError::Corrupt(t) => StoreError::Corrupt(at(t)),
        StoreError::DiskFull(t) => StoreError::DiskFull(at(t)),
        StoreError::Io(t) => StoreError::Io(at(t)),
        other => other,
    }
}

/// WAL lets readers go on while one writes; `synchronous=FULL` syncs the log at every
/// commit, so a commit that returned survives kill -9 and a power cut.
pub(crate) fn sqlite_options(path: &Path, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite::memory:");
    let path = path.to_path_buf();
    options.max_connections(connections).min_connections(0).sqlx_logging(false);
    options.acquire_timeout(SQLITE_BUSY + Duration::from_secs(10)).test_before_acquire(false);
    options.map_sqlx_sqlite_opts(move |o| {
        let o = o.in_memory(false).shared_cache(false).filename(&path).create_if_missing(true);
        let o = o.busy_timeout(SQLITE_BUSY).foreign_keys(true);
        let o = o.pragma("journal_mode", "WAL").pragma("synchronous", "FULL");
        if read_only { o.pragma("query_only", "ON") } else { o }
    });
    options
}

async fn postgres(url: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(POSTGRES_CONNECTIONS).min_connections(0).sqlx_logging(false);
    options.acquire_timeout(POSTGRES_ACQUIRE).idle_timeout(Duration::from_secs(60));
    options.set_application_name("karat");
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.after_connect(|conn, _| {
            Box::pin(async move { sqlx::Executor::execute(conn, SESSION).await.map(drop) })
        })
    });
    Database::connect(options).await.map_err(|e| match StoreError::from(e) {
        StoreError::Other(text) => StoreError::DatabaseDown(text),
        other => other,
    })
}
