//! The gate from outside.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod hostile;
mod replay;
