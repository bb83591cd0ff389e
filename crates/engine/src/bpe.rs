//! Trains a byte-level BPE on given texts: the tokenizer of a base made from scratch.

use crate::disk;
use karat_types::Problem;
use serde_json::json;
use std::path::Path;
use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{AddedToken, Tokenizer};

/// Begins every document.
pub const BOS: &str = "<s>";
/// Ends every document.
pub const EOS: &str = "</s>";
/// Ends every turn of a chat.
pub const END: &str = "<|end|>";
/// The control tokens, in the order of their ids 0–4.
pub const RESERVED: [&str; 5] = [BOS, EOS, "<|user|>", "<|assistant|>", END];
/// The smallest vocabulary that can write every text: the control tokens and 256 bytes.
pub const MIN_VOCABULARY: usize = RESERVED.len() + 256;

/// ChatML in shape: whoever is not the assistant speaks as the user.
pub const TEMPLATE: &str = "\
{{- bos_token }}
{%- for message in messages %}
    {%- if message['role'] == 'assistant' %}
        {{- '<|assistant|>\\n' + message['content'] + '<|end|>\\n' }}
    {%- else %}
        {{- '<|user|>\\n' + message['content'] + '<|end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|assistant|>\\n' }}
{%- endif %}
";

/// Learns `vocabulary` tokens from `texts`; the same texts give the same bytes.
///
/// # Errors
/// `vocabulary_too_small`, or `tokenizer_failed`.
pub fn train<'a>(
    texts: impl Iterator<Item = &'a str> + Send,
    vocabulary: usize,
) -> Result<Tokenizer, Problem> {
    if vocabulary < MIN_VOCABULARY {
        return Err(Problem::bad(
            "vocabulary_too_small",
            format!("A vocabulary of {vocabulary} cannot hold the {MIN_VOCABULARY} tokens every text needs."),
            "Ask for 1,000 or more; 4,096 suits a tiny model.",
        ));
    }
    learn(texts, vocabulary).map_err(|e| {
        Problem::bad(
            "tokenizer_failed",
            format!("The tokenizer could not be trained: {e}."),
            "Give it some text: a few hundred kilobytes or more.",
        )
    })
}

fn learn<'a>(
    texts: impl Iterator<Item = &'a str> + Send,
    vocabulary: usize,
) -> tokenizers::Result<Tokenizer> {
    let mut tokenizer = Tokenizer::new(BPE::default());
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, false, true)));
    tokenizer.with_decoder(Some(ByteLevel::default()));
    let trainer = BpeTrainer::builder()
        .vocab_size(vocabulary)
        .min_frequency(2)
        .show_progress(false)
        .special_tokens(RESERVED.iter().map(|t| AddedToken::from(*t, true)).collect())
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        // A longer token is a table's rule or a base64 line, not language.
        .max_token_length(Some(24))
        .build();
    tokenizer.train(&mut TrainerWrapper::from(trainer), texts)?;
    let post = TemplateProcessing::builder()
        .try_single(format!("{BOS} $A"))?
        .special_tokens(vec![(BOS, 0)])
        .build()?;
    tokenizer.with_post_processor(Some(post));
    Ok(tokenizer)
}

/// Writes `tokenizer.json`, `tokenizer_config.json`, `chat_template.jinja` and
/// `generation_config.json` into `dir`.
///
/// # Errors
/// `disk_write_failed` when the folder cannot be written.
pub fn save(tokenizer: &Tokenizer, context: u64, dir: &Path) -> Result<(), Problem> {
    let config = json!({
        "add_bos_token": true,
        "bos_token": BOS,
        "clean_up_tokenization_spaces": false,
        "eos_token": EOS,
        "model_max_length": context,
        "pad_token": EOS,
        "tokenizer_class": "PreTrainedTokenizerFast",
    });
    let generation = json!({ "bos_token_id": 0, "eos_token_id": [1, 4], "pad_token_id": 1 });
    let pretty = |value: &serde_json::Value| format!("{value:#}\n");
    let json = tokenizer.to_string(true).map_err(|e| Problem::internal(e.to_string()))?;
    for (name, text) in [
        ("tokenizer.json", json),
        ("tokenizer_config.json", pretty(&config)),
        ("generation_config.json", pretty(&generation)),
        ("chat_template.jinja", TEMPLATE.to_owned()),
    ] {
        disk::write(&dir.join(name), text.as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The gate checks a file. The gate refuses an empty file. 漢字と emoji 🦀🦀 too.\n";

    #[test]
    fn the_same_texts_give_the_same_bytes_and_the_reserved_ids_come_first() {
        let lines: Vec<String> = (0..400).map(|i| format!("{TEXT}line {} of {}\n", i, i % 7)).collect();
        let make = || train(lines.iter().map(String::as_str), 600).unwrap().to_string(false).unwrap();
        let (a, b) = (make(), make());
        assert_eq!(a, b);
        let tokenizer = Tokenizer::from_bytes(a.as_bytes()).unwrap();
        for (id, token) in RESERVED.iter().enumerate() {
            assert_eq!(tokenizer.token_to_id(token), Some(u32::try_from(id).unwrap()));
        }
        let merged = tokenizer.encode_fast("The gate refuses", false).unwrap();
        assert!(merged.len() < 8, "{:?}", merged.get_tokens());
    }

    #[test]
    fn a_vocabulary_below_the_bytes_is_refused() {
        assert_eq!(train([TEXT].into_iter(), 260).unwrap_err().code, "vocabulary_too_small");
    }
}
