//! The rehearsal stage: real databases and a real S3 server that live as long as the tests.
//!
//! Only tests use it. It hands out addresses and folders and knows no other crate, so the
//! cellar can be rehearsed on it too. [`db_test!`] writes a test once and runs it on both
//! databases.

pub mod fake;
pub mod postgres;
pub mod s3;
pub mod signed;

pub use s3::S3;

use std::path::Path;

/// A place to keep a Karat for the length of one test.
#[derive(Debug)]
pub struct Place {
    dir: tempfile::TempDir,
    database: Option<postgres::Database>,
}

impl Place {
    /// A folder for SQLite and local files.
    pub fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        Self { dir, database: None }
    }

    /// A folder for local files, and an empty PostgreSQL database.
    pub fn postgres() -> Self {
        Self { database: Some(postgres::database()), ..Self::sqlite() }
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Address of the PostgreSQL database; none on SQLite.
    pub fn database_url(&self) -> Option<String> {
        self.database.as_ref().map(|d| d.url.clone())
    }
}

/// Writes a test once and runs it on SQLite and on PostgreSQL, as `NAME::sqlite` and
/// `NAME::postgres`. The caller needs `karat-store`; `store` is open and migrated.
///
/// ```ignore
/// karat_testkit::db_test! {
///     async fn a_name_is_taken_once(store: Store) { … }
/// }
/// ```
#[macro_export]
macro_rules! db_test {
    ($($(#[$meta:meta])* async fn $name:ident($store:ident: $type:ty) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a test may need nothing from around it")]
            use super::*;

            async fn check($store: $type) $body

            async fn on(place: $crate::Place) {
                let config = ::karat_store::StoreConfig {
                    database_url: place.database_url(),
                    ..::karat_store::StoreConfig::local(place.dir())
                };
                let store = ::karat_store::Store::open(&config).await.expect("the store opens");
                store.migrate().await.expect("the store migrates");
                check(store.clone()).await;
                store.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                on($crate::Place::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                on($crate::Place::postgres()).await;
            }
        }
    )+};
}
