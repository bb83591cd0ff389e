//! A consistent copy of everything, in a folder Karat can be started on.

use crate::{Engine, Result, Store, StoreError};
use futures::TryStreamExt;
use karat_types::Problem;
use sea_orm::{ConnectionTrait, Database};
use std::path::{Path, PathBuf};

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Backup {
    /// Files copied, each with its hash checked.
    pub blobs: u64,
    /// Their bytes.
    pub blob_bytes: u64,
    /// Bytes of the database file.
    pub database_bytes: u64,
}

impl Store {
    /// Copies rows and blobs into the new folder `out`, while others go on working: the
    /// rows of one moment, and every blob they name. The folder appears whole, or not at
    /// all; start Karat on it with `--data-dir`.
    pub async fn back_up(&self, out: &Path) -> Result<Backup> {
        if self.engine() == Engine::Postgres {
            return Err(use_pg_dump(self, out).into());
        }
        if out.exists() {
            return Err(out_exists(out).into());
        }
        let part = partial(out)?;
        let copied = self.copy_into(&part).await;
        let done = match copied {
            Ok(backup) => std::fs::rename(&part, out).map(|()| backup).map_err(StoreError::from),
            Err(error) => Err(error),
        };
        if done.is_err() {
            let _ = std::fs::remove_dir_all(&part);
        }
        done
    }

    async fn copy_into(&self, part: &Path) -> Result<Backup> {
        crate::open::make_data_dir(&part.join("blobs"))?;
        let database_bytes = self.copy_rows(&part.join("karat.db")).await?;
        // A blob is kept before a row names it, so blobs listed now are all the rows need.
        let (mut blobs, mut blob_bytes) = (0, 0);
        let mut all = self.blobs().all();
        while let Some((hash, len)) = all.try_next().await? {
            let name = hash.hex();
            let folder = part.join("blobs").join(&name[..2]);
            crate::open::make_data_dir(&folder)?;
            self.blobs().get_to_file(hash, &folder.join(&name)).await?;
            blobs += 1;
            blob_bytes += len;
        }
        Ok(Backup { blobs, blob_bytes, database_bytes })
    }

    /// `VACUUM INTO` on a connection of its own: a reader, so nobody waits for it.
    async fn copy_rows(&self, to: &Path) -> Result<u64> {
        let from = self.config().sqlite_path().unwrap_or_default();
        let db = Database::connect(crate::open::sqlite_options(&from, 1, false)).await?;
        let vacuum = format!("VACUUM INTO {}", quoted(to)?);
        let copied = db.execute_unprepared(&vacuum).await;
        let _ = db.close().await;
        copied?;
        let copy = Database::connect(crate::open::sqlite_options(to, 1, false)).await?;
        let sql = "PRAGMA integrity_check(1)";
        let row = copy.query_one_raw(sea_orm::Statement::from_string(copy.get_database_backend(), sql)).await;
        let said = row?.map(|r| r.try_get_by_index::<String>(0)).transpose()?;
        copy.close().await?;
        if said.as_deref() != Some("ok") {
            return Err(StoreError::Corrupt(format!("the copy is not sound: {}", said.unwrap_or_default())));
        }
        let file = std::fs::File::open(to)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

/// A folder beside `out`, so that the last step is a rename.
fn partial(out: &Path) -> Result<PathBuf> {
    let name = out.file_name().ok_or_else(|| out_exists(out))?.to_string_lossy().into_owned();
    Ok(out.with_file_name(format!(".{name}.{}.part", std::process::id())))
}

/// A path as a SQL string.
fn quoted(path: &Path) -> Result<String> {
    let text = path.to_str().ok_or_else(|| StoreError::Io(format!("{} is not UTF-8.", path.display())))?;
    Ok(format!("'{}'", text.replace('\'', "''")))
}

fn out_exists(out: &Path) -> Problem {
    Problem::conflict(
        "backup_exists",
        format!("{} is there already; a backup makes a new folder.", out.display()),
        format!("Choose a new name: `karat backup --out {}-2`.", out.display()),
    )
}

/// A server has its own tool for this, which also works while Karat does not.
fn use_pg_dump(store: &Store, out: &Path) -> Problem {
    let (from, out) = (store.config().database_label().replace(":***", ""), out.display());
    let blobs = match store.blobs().label() {
        s3 if s3.starts_with("s3://") => format!("aws s3 sync '{s3}' '{out}/blobs'"),
        dir => format!("cp -a '{dir}' '{out}/blobs'"),
    };
    Problem::bad(
        "backup_by_pg_dump",
        "The rows are in PostgreSQL, which `karat backup` does not copy.",
        format!(
            "Run, in this order: mkdir -p '{out}' && pg_dump --format=custom --file='{out}/karat.dump' '{from}' && {blobs}\nRestore with: pg_restore --clean --if-exists --dbname='{from}' '{out}/karat.dump', and copy the blobs back."
        ),
    )
}
