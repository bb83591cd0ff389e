//! Tests of the cellar against real databases, real files and a real S3 server.

mod job;
