//! Tests of the cellar against real databases, real files and a real S3 server.

mod blob;
mod event;
mod job;
mod people;
