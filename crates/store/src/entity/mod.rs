//! One table a file; the columns carry the words of the design.
//!
//! Ids are UUID columns, hashes lower-case hex, times UTC microseconds, lists and
//! documents JSON text, states the words of `karat_types`.
#![allow(missing_docs, reason = "plain columns say it themselves, and derived items cannot be documented")]

pub mod abstention;
pub mod account;
pub mod account_role;
pub mod alert;
pub mod api_key;
pub mod band;
pub mod claim;
pub mod contributor;
pub mod counter;
pub mod datanet;
pub mod decision;
pub mod derived;
pub mod event;
pub mod job;
pub mod lease;
pub mod model;
pub mod notice;
pub mod pending_decision;
pub mod print;
pub mod release;
pub mod release_item;
pub mod run;
pub mod run_metric;
pub mod run_sample;
pub mod session;
pub mod setup_token;
pub mod standing;
pub mod submission;
pub mod tombstone;
pub mod usage;
