//! The front door, from outside: requests in, answers out, on SQLite in a folder of their own.

mod auth;
mod docs;
mod errors;
mod events;
mod fresh;
mod openai;
mod pages;
mod roles;
mod submissions;
mod world;
