//! The workshop: model families, LoRA, training, sampling. Local files in, local files out.
//!
//! A family composes coarse differentiable operations ([`tape`]); the operations run on a
//! [`kernel`]; a [`model::Model`] is a family with its weights; [`train`] moves them.
//! Nothing here knows a database, a network or a person.

pub mod adapter;
pub mod bpe;
pub mod chat_template;
pub mod config;
mod disk;
mod engine;
pub mod export;
pub mod family;
pub mod fingerprint;
mod foreign;
mod fused;
pub mod generate;
pub mod kernel;
pub mod lora;
pub mod model;
pub mod model_init;
pub mod net;
pub mod optim;
mod pattern;
pub mod quant;
pub mod real;
pub mod rng;
pub mod rows;
pub mod schedule;
pub mod score;
pub mod tape;
#[cfg(test)]
mod testing;
pub mod tokenizer;
pub mod train;
pub mod weights;

pub use engine::{Engine, set_threads};
pub use model::Model;
