//! The real binary, as a person types it.

mod check;
mod run;
mod standing;
