//! The real binary, as a person types it.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod bad_input;
mod check;
mod clamd;
mod dialects;
mod families;
mod hub;
mod kill;
mod models;
mod process;
mod pull;
mod release;
mod run;
mod same;
mod sandbox;
mod shapes;
mod standing;
mod train;
