//! The engine against transformers and peft, against finite differences, against itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod attribution;
mod brain;
mod deepseek;
mod export;
mod families;
mod files;
mod gradients;
mod kernels;
mod parity;
mod quant;
mod runs;
mod support;
mod text;
mod threads;
mod training;
