//! Bases held in fewer bits: bitsandbytes' NF4 for training and scoring, blocks of 8 and 4
//! bits for serving, brain floats for both.

pub mod blocks;
pub mod bnb;
pub mod brain;
pub mod dot;
#[cfg(target_arch = "x86_64")]
mod dot_x86;
pub mod few;
pub mod four;
pub mod half;
pub mod hold;
pub mod nf4;
pub mod scales;
#[cfg(test)]
mod tests;

pub use blocks::{Bits, Blocks};
pub use four::{Nf4, Rounding};
pub use half::Half;
pub use hold::Held;
