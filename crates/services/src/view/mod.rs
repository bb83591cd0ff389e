//! What the outside sees: the shapes of every answer and every form.
//!
//! Plain data with documentation; the front door serialises them as they are and the
//! typed client of the UI is generated from them.

pub mod account;
pub mod datanet;
pub mod home;
pub mod model;
pub mod operator;
pub mod reading;
pub mod release;
pub mod review;
pub mod run;
pub mod standing;
pub mod submission;

use serde::{Deserialize, Serialize};

/// One page of a list; ask for the next with `after`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: u64,
    /// Pass as `after` to get the next page; none at the end.
    pub next: Option<String>,
}
