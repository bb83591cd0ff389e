//! Tokenizers that come without a tokenizer.json: sentencepiece's `tokenizer.model`, GPT-2's
//! `vocab.json` and `merges.txt`, GLM-4's ranks. Each is written as the tokenizer.json that
//! transformers would make of it, in memory.

mod bytes;
mod proto;
mod spm;
#[cfg(test)]
mod tests;

use karat_types::Problem;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A tokenizer.json, and the bytes it was made of.
pub(crate) struct Foreign {
    pub(crate) json: Value,
    pub(crate) source: Vec<u8>,
}

/// What stands in for a missing tokenizer.json, when there is anything.
///
/// # Errors
/// `tokenizer_broken`, `tokenizer_unsupported`.
pub(crate) fn find(dir: &Path, config: &Value) -> Result<Option<Foreign>, Problem> {
    let class = config["tokenizer_class"].as_str().unwrap_or_default();
    let class = class.strip_suffix("Fast").unwrap_or(class);
    let tokens = added(dir, config);
    if let Ok(source) = std::fs::read(dir.join("tokenizer.model")) {
        let file = dir.join("tokenizer.model");
        let json = if source.first() == Some(&0x0a) {
            spm::convert(&source, class, (config, tokens), &file)?
        } else {
            bytes::ranks(&source, class, tokens, &file)?
        };
        return Ok(Some(Foreign { json, source }));
    }
    let (vocab, merges) = (std::fs::read(dir.join("vocab.json")), std::fs::read(dir.join("merges.txt")));
    let (Ok(vocab), Ok(merges)) = (vocab, merges) else { return Ok(None) };
    let json = bytes::pairs(&vocab, &merges, (class, tokens), dir)?;
    Ok(Some(Foreign { json, source: [vocab, merges].concat() }))
}

/// Why a file is no tokenizer.
fn broken(file: &Path, what: impl std::fmt::Display) -> Problem {
    Problem::bad(
        "tokenizer_broken",
        format!("{} is not a tokenizer: {what}.", file.display()),
        "Copy the file from the model's source again, or put a tokenizer.json beside it.",
    )
}

/// Why a whole file cannot be followed, and how to make a tokenizer.json of it.
fn unsupported(file: &Path, what: impl std::fmt::Display) -> Problem {
    Problem::bad(
        "tokenizer_unsupported",
        format!("{}: {what}.", file.display()),
        "Make a tokenizer.json once with Python, in the model's folder: `from transformers import AutoTokenizer; AutoTokenizer.from_pretrained(\".\").save_pretrained(\".\")`; for a tiktoken file `from transformers.integrations.tiktoken import convert_tiktoken_to_fast`.",
    )
}

/// A token beside the vocabulary.
#[derive(Clone, Debug, PartialEq)]
struct Added {
    content: String,
    special: bool,
}

/// The tokens the other files of the folder add, by id: `added_tokens_decoder`, then
/// `added_tokens.json`.
fn added(dir: &Path, config: &Value) -> BTreeMap<u32, Added> {
    let mut out = BTreeMap::new();
    for (id, token) in config["added_tokens_decoder"].as_object().into_iter().flatten() {
        if let (Ok(id), Some(content)) = (id.parse(), token["content"].as_str()) {
            let special = token["special"].as_bool().unwrap_or(false);
            out.insert(id, Added { content: content.to_owned(), special });
        }
    }
    let file = std::fs::read(dir.join("added_tokens.json")).ok();
    let list: Map<String, Value> = file.and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
    for (content, id) in list {
        if let Some(id) = id.as_u64().and_then(|id| u32::try_from(id).ok()) {
            out.entry(id).or_insert(Added { content, special: true });
        }
    }
    out
}

/// The list as tokenizer.json has it.
fn listed(tokens: &BTreeMap<u32, Added>) -> Value {
    let one = |(id, token): (&u32, &Added)| {
        json!({
            "id": id, "content": token.content, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": token.special,
        })
    };
    tokens.iter().map(one).collect()
}

/// A tokenizer.json around these parts.
fn whole(tokens: &BTreeMap<u32, Added>, [normalizer, pre_tokenizer, decoder, model]: [Value; 4]) -> Value {
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": listed(tokens),
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": null,
        "decoder": decoder, "model": model,
    })
}
