//! The engine against transformers and peft, against finite differences, against itself.

mod files;
mod gradients;
mod kernels;
mod parity;
mod support;
mod text;
mod threads;
mod training;
