//! The two things queries run on: [`Db`] to read, [`Tx`] to read and write.

use crate::query::event::{self, NewEvent};
use crate::{Result, StoreError};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Which database the rows are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file, one writer.
    Sqlite,
    /// A server, many processes.
    Postgres,
}

mod sealed {
    pub trait Sealed {}
}

/// What a query function takes: a [`Db`] or a [`Tx`].
pub trait Conn: ConnectionTrait + sealed::Sealed + Send {
    /// Which database this is.
    fn engine(&self) -> Engine {
        match self.get_database_backend() {
            DbBackend::Postgres => Engine::Postgres,
            _ => Engine::Sqlite,
        }
    }
}

/// Reads outside any transaction; on SQLite its connections cannot write at all.
#[derive(Clone, Debug)]
pub struct Db(pub(crate) DatabaseConnection);

/// A transaction: nothing of it is seen by others until [`Tx::commit`] returns; dropped
/// without it, nothing ever happened.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    events: Mutex<Vec<NewEvent>>,
    enqueued: AtomicBool,
    signals: Arc<Signals>,
}

/// Wakes this process's own pollers at once; other processes find out by polling.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    pub(crate) jobs: Notify,
    pub(crate) events: Notify,
}

impl Tx {
    pub(crate) fn new(inner: DatabaseTransaction, signals: Arc<Signals>) -> Self {
        Self { inner, events: Mutex::default(), enqueued: AtomicBool::new(false), signals }
    }

    pub(crate) fn push_event(&self, event: NewEvent) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    pub(crate) fn mark_enqueued(&self) {
        self.enqueued.store(true, Ordering::Relaxed);
    }

    /// Makes everything of this transaction true at once, and durable.
    ///
    /// Events are written last: on PostgreSQL they are put in line under one lock, which
    /// is then held for as short as can be and never while waiting for another.
    pub async fn commit(self) -> Result<()> {
        let events = std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner));
        let any = !events.is_empty();
        if any {
            event::write(&self, events).await?;
        }
        self.inner.commit().await?;
        if any {
            self.signals.events.notify_one();
        }
        if self.enqueued.load(Ordering::Relaxed) {
            self.signals.jobs.notify_one();
        }
        Ok(())
    }

    /// Takes everything of this transaction back.
    pub async fn rollback(self) -> Result<()> {
        self.inner.rollback().await.map_err(StoreError::from)
    }
}

/// Both run statements exactly as the connection inside them does.
macro_rules! delegate {
    ($name:ident, $field:tt) => {
        #[sea_orm_migration::async_trait::async_trait]
        impl ConnectionTrait for $name {
            fn get_database_backend(&self) -> DbBackend {
                self.$field.get_database_backend()
            }
            async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
                self.$field.execute_raw(stmt).await
            }
            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                self.$field.execute_unprepared(sql).await
            }
            async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
                self.$field.query_one_raw(stmt).await
            }
            async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
                self.$field.query_all_raw(stmt).await
            }
        }
        impl sealed::Sealed for $name {}
        impl Conn for $name {}
    };
}
delegate!(Db, 0);
delegate!(Tx, inner);
