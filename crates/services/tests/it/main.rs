//! Use cases against real databases, with stand-ins for the engine.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod backup;
mod identity;
mod jobs;
mod support;
