//! The front door.
pub mod docs;
mod error;
mod site;
mod ui;
