//! The cellar: rows, blobs, background jobs and events.
//!
//! The only crate that knows SQL and object keys. One query set runs on SQLite (the
//! default: one file, one writer) and on PostgreSQL (many processes); blobs are local
//! files or S3 objects, named by their SHA-256 and never changed.
//!
//! Reads go through [`Db`], writes through a [`Tx`]; every query function takes one of
//! the two, so one state change is one transaction by construction.

pub mod blob;
mod bus;
mod config;
mod conn;
mod doctor;
pub mod entity;
mod error;
mod migration;
mod open;
pub mod query;
mod snapshot;
mod store;

pub use blob::{BlobStream, Blobs};
pub use bus::{Event, EventBus};
pub use config::{S3Options, StoreConfig};
pub use conn::{Conn, Db, Engine, Tx};
pub use doctor::{Check, diagnose, is_healthy};
pub use error::StoreError;
pub use snapshot::Backup;
pub use store::Store;

/// What every function of this crate gives back.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
