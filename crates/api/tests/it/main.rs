//! The front door, from outside: requests in, answers out, on SQLite in a folder of their own.

#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod auth;
mod docs;
mod errors;
mod events;
mod fresh;
mod openai;
mod pages;
mod releases;
mod roles;
mod submissions;
mod world;
