//! Runs: fine-tuning jobs, from the form to the adapter.

mod checkpoint;
mod command;
mod create;
mod data;
mod live;
mod read;
mod train;

pub use create::{MAX_ROWS_FILE, cancel, create, estimate, stop, upload_rows};
pub use data::{Files, write_rows};
pub use read::{detail, get, list};
pub(crate) use train::{KIND as TRAIN, given_up, run as train_job};
