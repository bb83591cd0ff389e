//! What can go wrong below, sorted by what a person must do about it.

use karat_types::{Hash, Problem};
use sea_orm::{DbErr, RuntimeErr, SqlxError};
use std::error::Error;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or went away.
    #[error("the database is not reachable: {0}")]
    DatabaseDown(String),
    /// Somebody else holds what is needed; trying again helps.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// No space left where rows or blobs are kept.
    #[error("no space left: {0}")]
    DiskFull(String),
    /// The database file is not one, or is damaged.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The tables are older than this program.
    #[error("the database is not migrated: {0}")]
    NotMigrated(String),
    /// A unique name or key is taken.
    #[error("already there: {0}")]
    Taken(String),
    /// The job was taken over by another worker; this attempt's results are refused.
    #[error("attempt {attempt} of job {job} is over: another worker has it")]
    Stale {
        /// The job.
        job: karat_types::id::JobId,
        /// The attempt that came too late.
        attempt: i32,
    },
    /// There is no blob of this hash.
    #[error("there is no blob {0}")]
    BlobMissing(Hash),
    /// A blob's bytes are not those it is named for.
    #[error("blob {0} is damaged")]
    BlobDamaged(Hash),
    /// The blob storage cannot be reached.
    #[error("the blob storage is not reachable: {0}")]
    BlobsDown(String),
    /// A file or folder cannot be used.
    #[error("{0}")]
    Io(String),
    /// The configuration or the request itself is wrong; said in full.
    #[error("{0}")]
    Refused(Problem),
    /// Anything else: a bug.
    #[error("{0}")]
    Other(String),
}

impl From<Problem> for StoreError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<DbErr> for StoreError {
    fn from(err: DbErr) -> Self {
        let text = err.to_string();
        match &err {
            DbErr::ConnectionAcquire(_) => Self::DatabaseDown(text),
            DbErr::Conn(RuntimeErr::SqlxError(e))
            | DbErr::Exec(RuntimeErr::SqlxError(e))
            | DbErr::Query(RuntimeErr::SqlxError(e)) => of_sqlx(e, text),
            DbErr::Conn(_) => Self::DatabaseDown(text),
            DbErr::Migration(_) => Self::NotMigrated(text),
            _ => Self::Other(text),
        }
    }
}

fn of_sqlx(err: &SqlxError, text: String) -> StoreError {
    match err {
        SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed => {
            StoreError::DatabaseDown(text)
        }
        SqlxError::Protocol(_) | SqlxError::WorkerCrashed | SqlxError::BeginFailed => {
            StoreError::DatabaseDown(text)
        }
        SqlxError::Configuration(_) => StoreError::DatabaseDown(text),
        SqlxError::Database(e) if e.is_unique_violation() => StoreError::Taken(e.message().to_owned()),
        SqlxError::Database(e) => of_code(e.code().as_deref().unwrap_or_default(), text),
        _ => StoreError::Other(text),
    }
}

/// SQLite's extended result codes are numbers, PostgreSQL's SQLSTATEs five characters.
fn of_code(code: &str, text: String) -> StoreError {
    if code.len() == 5 {
        return match code {
            "53100" => StoreError::DiskFull(text),
            "40001" | "40P01" | "55P03" => StoreError::Busy(text),
            "42P01" | "42703" => StoreError::NotMigrated(text),
            "XX001" | "XX002" => StoreError::Corrupt(text),
            c if ["08", "28", "3D", "53", "57"].iter().any(|class| c.starts_with(class)) => {
                StoreError::DatabaseDown(text)
            }
            _ => StoreError::Other(text),
        };
    }
    // The low byte is the primary code: https://www.sqlite.org/rescode.html
    match code.parse::<u32>().unwrap_or_default() & 0xff {
        5 | 6 => StoreError::Busy(text),
        13 => StoreError::DiskFull(text),
        11 | 26 => StoreError::Corrupt(text),
        8 | 10 | 14 => StoreError::DatabaseDown(text),
        1 if text.contains("no such table") || text.contains("no such column") => {
            StoreError::NotMigrated(text)
        }
        _ => StoreError::Other(text),
    }
}

impl From<object_store::Error> for StoreError {
    fn from(err: object_store::Error) -> Self {
        if is_disk_full(&err) {
            return Self::DiskFull(err.to_string());
        }
        Self::BlobsDown(err.to_string())
    }
}

impl From<std::io::Error> for StoreError {
    fn from(err: std::io::Error) -> Self {
        if is_disk_full(&err) { Self::DiskFull(err.to_string()) } else { Self::Io(err.to_string()) }
    }
}

/// Looks through the whole chain of causes for "no space", "over quota" or "too large".
fn is_disk_full(err: &(dyn Error + 'static)) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let mut next = Some(err);
    while let Some(e) = next {
        if let Some(io) = e.downcast_ref::<std::io::Error>() {
            if matches!(io.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
                return true;
            }
            // An I/O error wraps another without naming it as its source.
            if let Some(inner) = io.get_ref()
                && is_disk_full(inner)
            {
                return true;
            }
        }
        next = e.source();
    }
    false
}

impl From<StoreError> for Problem {
    fn from(err: StoreError) -> Self {
        let detail = err.to_string();
        match err {
            StoreError::Refused(problem) => problem,
            StoreError::DatabaseDown(_) => Self::new(
                503,
                "database_down",
                detail,
                "Nothing that was acknowledged is lost. See that the database runs and that `database_url` is right, then try again; `karat doctor` checks both.",
            ),
            StoreError::Busy(_) => {
                Self::new(503, "database_busy", detail, "Nothing was changed. Try again in a moment.")
            }
            StoreError::DiskFull(_) => Self::new(
                507,
                "disk_full",
                detail,
                "Nothing was kept of this request, everything before it is safe. Free some space where the data folder is, then try again; `karat doctor` shows how much there is.",
            ),
            StoreError::Corrupt(_) => Self::new(
                500,
                "database_corrupt",
                detail,
                "Stop Karat and start it on your last backup: `karat serve --data-dir BACKUP`. Keep the damaged file; `sqlite3 karat.db .recover` may save rows from it.",
            ),
            StoreError::NotMigrated(_) => Self::new(
                503,
                "not_migrated",
                detail,
                "Run `karat migrate` with this version of Karat, then try again.",
            ),
            StoreError::Taken(_) => {
                Self::conflict("taken", detail, "Choose another name, or use what is there.")
            }
            StoreError::Stale { .. } => {
                Self::conflict("stale_attempt", detail, "Nothing to do: the other worker finishes it.")
            }
            StoreError::BlobMissing(_) => Self::new(
                500,
                "blob_missing",
                detail,
                "The blob storage lost a file that rows still name. Copy it back from a backup: blobs are named by their SHA-256.",
            ),
            StoreError::BlobDamaged(_) => Self::new(
                500,
                "blob_damaged",
                detail,
                "The file's bytes changed on disk. Copy it back from a backup: blobs are named by their SHA-256.",
            ),
            StoreError::BlobsDown(_) => Self::new(
                503,
                "blobs_down",
                detail,
                "See that the blob storage is reachable and that `blob_url` and its keys are right, then try again; `karat doctor` checks both.",
            ),
            StoreError::Io(_) => Self::new(
                500,
                "file_unusable",
                detail,
                "See that the folder exists, belongs to the user Karat runs as, and is not read-only.",
            ),
            StoreError::Other(_) => Self::internal(detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_engines_say_the_same_thing() {
        let of = |code: &str| Problem::from(of_code(code, String::new())).code;
        assert_eq!((of("13").as_str(), of("53100").as_str()), ("disk_full", "disk_full"));
        assert_eq!((of("5").as_str(), of("40P01").as_str()), ("database_busy", "database_busy"));
        assert_eq!((of("26").as_str(), of("XX001").as_str()), ("database_corrupt", "database_corrupt"));
        assert_eq!((of("14").as_str(), of("57P01").as_str()), ("database_down", "database_down"));
        // Extended: SQLITE_IOERR_READ, SQLITE_BUSY_SNAPSHOT.
        assert_eq!((of("266").as_str(), of("517").as_str()), ("database_down", "database_busy"));
    }

    #[test]
    fn no_space_is_found_however_deep_it_is_wrapped() {
        let io = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let wrapped = std::io::Error::other(std::io::Error::other(io));
        let outer = object_store::Error::Generic { store: "local", source: Box::new(wrapped) };
        assert_eq!(Problem::from(StoreError::from(outer)).status, 507);
        let other = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        assert_eq!(Problem::from(StoreError::from(other)).status, 500);
    }

    #[test]
    fn every_problem_carries_a_fix() {
        let all = [
            StoreError::DatabaseDown(String::new()),
            StoreError::Busy(String::new()),
            StoreError::DiskFull(String::new()),
            StoreError::Corrupt(String::new()),
            StoreError::NotMigrated(String::new()),
            StoreError::Taken(String::new()),
            StoreError::BlobMissing(Hash([0; 32])),
            StoreError::BlobDamaged(Hash([0; 32])),
            StoreError::BlobsDown(String::new()),
            StoreError::Io(String::new()),
            StoreError::Other(String::new()),
        ];
        assert!(all.into_iter().all(|e| Problem::from(e).hint.len() > 20));
    }
}
