//! The store itself: a handle that is cheap to clone.

use crate::blob::Blobs;
use crate::config::StoreConfig;
use crate::conn::{Conn, Db, Engine, Signals, Tx};
use crate::{Result, migration, open};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::path::Path;
use std::sync::Arc;

/// Rows, blobs, jobs and events of one Karat.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: StoreConfig,
    write: DatabaseConnection,
    read: Db,
    blobs: Blobs,
    signals: Arc<Signals>,
}

impl Store {
    /// Opens what `config` names. A SQLite database is made and migrated as needed; a
    /// PostgreSQL database is only looked at: [`Store::migrate`] is the operator's step.
    pub async fn open(config: &StoreConfig) -> Result<Self> {
        // Two crypto libraries are linked in by two of our dependencies' features; say
        // which one TLS uses before the first connection. A second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        open::make_data_dir(&config.data_dir)?;
        let blobs = Blobs::open(config)?;
        let (write, read) = open::connect(config).await?;
        let store = Self(Arc::new(Inner {
            config: config.clone(),
            write,
            read: Db(read),
            blobs,
            signals: Arc::default(),
        }));
        if store.engine() == Engine::Sqlite {
            store.migrate().await?;
        }
        Ok(store)
    }

    /// Brings the tables up to this program's version; running it twice does nothing.
    pub async fn migrate(&self) -> Result<()> {
        migration::up(&self.0.write, &self.0.config).await
    }

    /// Names of the migrations this program has and the database has not.
    pub async fn pending_migrations(&self) -> Result<Vec<String>> {
        migration::pending(self.db()).await
    }

    /// For reads outside a transaction.
    pub fn db(&self) -> &Db {
        &self.0.read
    }

    /// Starts a transaction that may write. SQLite: IMMEDIATE on the one writing
    /// connection, so transactions follow one another; PostgreSQL: READ COMMITTED.
    pub async fn begin(&self) -> Result<Tx> {
        let immediate = Some(SqliteTransactionMode::Immediate);
        let sqlite = self.engine() == Engine::Sqlite;
        let options = TransactionOptions {
            sqlite_transaction_mode: immediate.filter(|_| sqlite),
            ..TransactionOptions::default()
        };
        let tx = self.0.write.begin_with_options(options).await?;
        Ok(Tx::new(tx, self.0.signals.clone()))
    }

    /// The blobs.
    pub fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    /// Which database the rows are in.
    pub fn engine(&self) -> Engine {
        self.db().engine()
    }

    /// What the store was opened with.
    pub fn config(&self) -> &StoreConfig {
        &self.0.config
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        &self.0.config.data_dir
    }

    /// Returns when a transaction of this process has enqueued a job.
    pub async fn job_enqueued(&self) {
        self.0.signals.jobs.notified().await;
    }

    pub(crate) async fn event_written(&self) {
        self.0.signals.events.notified().await;
    }

    /// Version of the database engine, as it says it.
    pub async fn engine_version(&self) -> Result<String> {
        let sql = match self.engine() {
            Engine::Sqlite => "SELECT 'SQLite ' || sqlite_version()",
            Engine::Postgres => "SELECT 'PostgreSQL ' || current_setting('server_version')",
        };
        let row = self.db().query_one_raw(crate::query::raw(self.db(), sql)).await?;
        let row = row.ok_or_else(|| crate::StoreError::Other("no version".into()))?;
        Ok(row.try_get_by_index(0)?)
    }

    /// Closes every connection; what is still running fails with `database_down`.
    pub async fn close(&self) {
        let _ = self.0.read.0.clone().close().await;
        let _ = self.0.write.clone().close().await;
    }
}
