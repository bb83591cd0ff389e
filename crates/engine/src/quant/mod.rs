//! Bases held in fewer bits: bitsandbytes' NF4 for training and scoring, blocks of 8 and 4
//! bits for serving, brain floats for both.

pub mod bnb;
pub mod four;
pub mod hold;
pub mod nf4;
pub mod scales;
#[cfg(test)]
mod tests;

pub use four::{Nf4, Rounding};
pub use hold::Held;
