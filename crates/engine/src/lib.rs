//! The workshop: models, tokens, training and answering.

pub mod bpe;
pub mod chat_template;
pub mod rows;
pub mod tokenizer;

#[cfg(test)]
mod testing;
