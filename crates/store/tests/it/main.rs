//! Tests of the cellar against real databases, real files and a real S3 server.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod blob;
mod child;
mod crash;
mod doctor;
mod event;
mod failure;
mod full_disk;
mod job;
mod people;
