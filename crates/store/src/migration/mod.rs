//! The tables, step by step. A step that was released is never edited: the next one
//! expands (new tables, new columns with a default), a later one may contract.

mod columns;
mod first;
mod second;

use crate::conn::{Conn, Db, Engine};
use crate::{Result, StoreConfig, StoreError};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait};

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(first::First), Box::new(second::Second)]
    }
}

/// The advisory lock two processes that migrate one PostgreSQL database take in turn.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(461228237172)";

/// Applies what is missing; only one process does at a time.
pub(crate) async fn up(db: &DatabaseConnection, config: &StoreConfig) -> Result<()> {
    match Db(db.clone()).engine() {
        Engine::Postgres => {
            let lock = db.begin().await?;
            lock.execute_unprepared(MIGRATION_LOCK).await?;
            Migrator::up(db, None).await.map_err(newer)?;
            lock.commit().await?;
        }
        Engine::Sqlite => {
            let path = config.data_dir.join(".migrate.lock");
            let file = std::fs::File::create(path)?;
            let file = tokio::task::spawn_blocking(move || file.lock().map(|()| file))
                .await
                .map_err(|e| StoreError::Other(e.to_string()))??;
            Migrator::up(db, None).await.map_err(newer)?;
            drop(file);
        }
    }
    Ok(())
}

/// Names of the steps the database has not taken yet; writes nothing.
pub(crate) async fn pending(db: &Db) -> Result<Vec<String>> {
    let pending = Migrator::get_pending_migrations_read_only(&db.0).await.map_err(newer)?;
    Ok(pending.iter().map(|m| m.name().to_owned()).collect())
}

/// A database that knows steps this program does not was written by a newer Karat.
fn newer(err: sea_orm::DbErr) -> StoreError {
    let text = err.to_string();
    if text.contains("is missing, this migration has been applied") {
        return StoreError::NotMigrated(format!("it was written by a newer Karat ({text})"));
    }
    err.into()
}
