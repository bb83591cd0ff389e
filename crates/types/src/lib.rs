//! The dictionary on the hall table: the words every other room uses.
//!
//! Pure values only: typed ids, hashes, times, limits, the states of every
//! state machine, findings, error codes and the few ports (traits) that let
//! `services` work without knowing tensors. Nothing here reads a disk, a
//! network or the wall clock, except [`clock::SystemClock`], which exists so that
//! everything else can be handed a [`clock::Clock`].

pub mod clock;
pub mod finding;
pub mod hash;
pub mod id;
pub mod limits;
pub mod ports;
pub mod problem;
pub mod states;
pub mod train;

pub use clock::{Clock, Micros};
pub use finding::{Class, Evidence, Finding};
pub use hash::Hash;
pub use problem::Problem;
pub use states::*;
