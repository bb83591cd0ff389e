//! Records out of tables, CSV in the dialects that spreadsheets write and Parquet, and what a
//! record is: the one list of the forms that training data comes in.
//!
//! The gate judges what this crate reads and the engine trains it: a table that one can
//! read, the other can, and both see the same records. Pure: bytes in, records out. Nothing
//! a file states of itself is believed before it was found possible.

pub mod csv;
mod dialect;
mod fields;
mod names;
mod pages;
pub mod parquet;
pub mod shape;
pub mod strict;
mod thrift;
pub mod turns;

/// A record: its fields, those without a value left out.
pub type Record = serde_json::Map<String, serde_json::Value>;
