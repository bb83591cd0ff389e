//! The counting room: pure functions over decisions, in exact integers.
//!
//! No clock, no disk, no floating point: every implementer and auditor gets the same
//! numbers.

mod bounds;
pub mod standing;

pub use standing::{
    Decision, MAX_DECISIONS, Standing, StandingError, TWO_SENTENCES, high_water, proven_bp, rate_bp, tier,
};
