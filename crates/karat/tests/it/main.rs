//! The real binary, as a person types it.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod check;
mod models;
mod run;
mod standing;
