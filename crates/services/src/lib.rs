//! The kitchen: one module per use case.
//!
//! Every use case is `async fn(app: &App, actor: &Actor, …) -> Result<View, Problem>`:
//! it asks the authorisation table first, changes state in one transaction, and answers
//! with a shape of [`view`].

mod app;
pub mod authz;
pub mod backup;
pub mod datanet;
mod events;
pub mod home;
pub mod identity;
pub mod jobs;
pub mod model;
pub mod notice;
pub mod ops;
pub mod release;
pub mod review;
pub mod run;
pub mod scan;
pub mod search;
pub mod standing;
pub mod submission;
pub mod view;
mod words;

pub use app::{Actor, App, Settings};
pub use events::EventBus;
pub use karat_gate::{Examiner, InProcess, outside::Blocklist};
pub use model::chat;
