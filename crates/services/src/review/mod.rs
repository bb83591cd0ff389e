//! Review: people's judgement of what the gate let through, and the automatic policy's.
//!
//! A person's decision first waits for as long as it can be undone
//! ([`decide`], [`undo`]), then a job makes it final. Everything that makes a decision
//! count happens in [`make_final`]: number, standing, notice and events at once.

mod decide;
mod decide_job;
mod make_final;
mod queue;
mod rights;
mod words;

pub use decide::{cannot_judge, decide, undo};
pub use queue::{nearest_sound, next, queues};

pub(crate) use decide_job::{KIND as DECIDE, run as decide_job};
pub(crate) use make_final::{Ruling, make_final};
