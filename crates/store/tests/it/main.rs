//! Tests of the cellar against real databases, real files and a real S3 server.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod blob;
mod event;
mod job;
mod people;
