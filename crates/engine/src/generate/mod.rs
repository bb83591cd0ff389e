//! Answers.

mod sampler;
mod stream;
