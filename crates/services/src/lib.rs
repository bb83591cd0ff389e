//! The kitchen: one module per use case.
//!
//! Every use case is `async fn(app: &App, actor: &Actor, …) -> Result<View, Problem>`:
//! it asks the authorisation table first, changes state in one transaction, and answers
//! with a shape of [`view`].

mod app;
pub mod authz;
pub mod identity;
pub mod model;
pub mod release;
pub mod run;
pub mod view;

pub use app::{Actor, App, Settings};
pub use model::chat;
