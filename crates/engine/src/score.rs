//! What a model thinks of a text: the log-probability of every token given those before.

use crate::generate::Loaded;
use karat_types::{Precision, Problem};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What to score.
#[derive(Clone, Debug)]
pub enum Text {
    /// Token ids; no tokenizer is needed.
    Ids(Vec<u32>),
    /// A UTF-8 file.
    File(PathBuf),
}

/// The scores of a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// The tokens.
    pub ids: Vec<u32>,
    /// Natural logarithm of each token's probability; none for the first.
    pub logprobs: Vec<Option<f32>>,
    /// exp(−mean) of the log-probabilities.
    pub perplexity: f64,
}

/// Scores a text with a base and, on top of it, an adapter.
///
/// # Errors
/// `ids_invalid`, `text_too_long`, `text_too_short`, and what loading says.
pub fn score(
    dir: &Path,
    adapter: Option<&Path>,
    precision: Precision,
    text: &Text,
) -> Result<Scored, Problem> {
    let Loaded { model, tokenizer } = Loaded::read(dir, adapter, precision)?;
    let ids = match text {
        Text::Ids(ids) => ids.clone(),
        Text::File(path) => tokenizer?.encode_document(&crate::rows::read_text(path)?)?,
    };
    let (known, context) = (model.vocab_size(), model.config().context);
    if let Some(id) = ids.iter().find(|&&id| id as usize >= known) {
        return Err(Problem::bad(
            "ids_invalid",
            format!("Token id {id} is not one of this model's: it knows 0 to {}.", known - 1),
            "Give ids of this model's tokenizer.",
        ));
    }
    if ids.len() < 2 {
        return Err(Problem::bad(
            "text_too_short",
            format!("There is nothing to score in {} token(s): the first has none before it.", ids.len()),
            "Give two tokens or more.",
        ));
    }
    if ids.len() > context {
        return Err(Problem::bad(
            "text_too_long",
            format!("The text has {} tokens, the model reads {context} at most.", ids.len()),
            "Score it in shorter parts.",
        ));
    }
    let known = model.logprobs(&ids);
    let mean = known.iter().map(|&p| f64::from(p)).sum::<f64>() / known.len() as f64;
    let logprobs = std::iter::once(None).chain(known.into_iter().map(Some)).collect();
    Ok(Scored { ids, logprobs, perplexity: (-mean).exp() })
}
