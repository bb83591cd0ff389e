//! Standing: what a contributor has proven, counted decision by decision.

mod board;
mod contributor;
mod count;
mod recompute;
pub(crate) mod words;

pub use board::leaderboard;
pub use contributor::contributor;
pub use recompute::{Difference, recompute_check};

pub(crate) use count::count_in;
