//! Every query there is, one file a domain. A function takes a [`crate::Conn`] when it
//! reads and a [`crate::Tx`] when it writes; times and ids are handed in.

pub mod account;
pub mod alert;
pub mod api_key;
pub mod claim;
pub mod datanet;
pub mod decision;
pub mod derived;
pub mod event;
pub mod home;
pub mod job;
pub mod lease;
pub mod model;
pub mod near;
pub mod notice;
pub mod ops;
pub mod release;
pub mod run;
pub mod session;
pub mod setup;
pub mod standing;
pub mod submission;
pub mod usage;
pub mod withdrawal;

use crate::conn::Conn;
use sea_orm::Statement;

/// A statement in plain SQL, for the few things the query builder has no word for.
pub(crate) fn raw<C: Conn>(conn: &C, sql: &str) -> Statement {
    Statement::from_string(conn.get_database_backend(), sql)
}
