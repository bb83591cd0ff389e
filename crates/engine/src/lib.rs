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
pub mod family;
pub mod fingerprint;
pub mod kernel;
pub mod lora;
pub mod model;
pub mod net;
pub mod real;
pub mod rng;
pub mod rows;
pub mod tape;
#[cfg(test)]
mod testing;
pub mod tokenizer;
pub mod weights;

pub use model::Model;
