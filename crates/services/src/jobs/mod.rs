//! Background work: claimed under a lease, done by handlers, taken up again when a worker
//! dies.
//!
//! A handler writes its result and `job::complete` in one transaction. If its worker was
//! thought dead and another has the job, that transaction is refused as a whole.

mod again;
mod cancel;
mod drain;
mod handlers;
mod once;
mod worker;

pub use cancel::CancelFlag;
pub use drain::drain;
pub use handlers::{Dead, Done, Handler, Handlers, Run};
pub use karat_store::query::job::ClaimedJob;
pub use worker::Worker;

/// Checks and decisions: short, many at once.
pub const CHECK_QUEUE: &str = "check";
/// Building releases: one at a time in a process.
pub const RELEASE_QUEUE: &str = "release";
/// Fine-tuning: one at a time in a process, it takes the whole machine.
pub const TRAIN_QUEUE: &str = "train";
/// Every queue there is.
pub const QUEUES: &[&str] = &[CHECK_QUEUE, RELEASE_QUEUE, TRAIN_QUEUE];
