//! A base from scratch: configuration + tokenizer + seed → a folder in the Hugging Face layout.

use crate::config::Config;
use crate::model::Model;
use crate::tokenizer::Tokenizer;
use crate::{bpe, disk};
use karat_types::Problem;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Where the new base's tokenizer comes from.
#[derive(Clone, Debug)]
pub enum TokenizerSource {
    /// Another model's folder.
    Folder(PathBuf),
    /// Trained on these texts, with this many tokens.
    Train {
        /// The texts.
        texts: Vec<String>,
        /// Tokens, control tokens included.
        vocabulary: usize,
    },
    /// None: the base takes token ids only; the configuration says how many there are.
    None,
}

/// Shape of a small LLaMA; what a slider or a flag sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Width of the residual stream.
    pub hidden: u32,
    /// Width of the feed-forward part.
    pub intermediate: u32,
    /// Blocks.
    pub layers: u32,
    /// Attention heads.
    pub heads: u32,
    /// Key and value heads.
    pub kv_heads: u32,
    /// Longest context, tokens.
    pub context: u32,
}

impl Default for Shape {
    /// About 1.3 M parameters with a vocabulary of 4,096.
    fn default() -> Self {
        Self { hidden: 128, intermediate: 352, layers: 4, heads: 4, kv_heads: 2, context: 256 }
    }
}

impl Shape {
    /// The shape as a `config.json`, without the vocabulary.
    pub fn config(self) -> Value {
        json!({
            "hidden_size": self.hidden,
            "intermediate_size": self.intermediate,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "max_position_embeddings": self.context,
        })
    }
}

/// Files of a tokenizer that move with it.
const TOKENIZER_FILES: [&str; 6] = [
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "generation_config.json",
    "chat_template.jinja",
];

/// Makes the base in `out`, which must not exist yet (or be empty); it appears whole or not
/// at all. The same configuration, tokenizer and seed give the same bytes.
///
/// # Errors
/// `out_exists`, `disk_write_failed`, what the tokenizer and the configuration say.
pub fn init(config: Value, tokenizer: &TokenizerSource, seed: u64, out: &Path) -> Result<(), Problem> {
    refuse_existing(out)?;
    disk::publish(out, |dir| fill(config, tokenizer, seed, dir))
}

/// Refuses a folder that holds something already.
///
/// # Errors
/// `out_exists`.
pub fn refuse_existing(out: &Path) -> Result<(), Problem> {
    let taken = match std::fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => out.exists(),
    };
    if taken {
        return Err(Problem::conflict(
            "out_exists",
            format!("{} exists already and is not empty.", out.display()),
            "Choose another --out; nothing is ever overwritten.",
        ));
    }
    Ok(())
}

fn fill(config: Value, source: &TokenizerSource, seed: u64, dir: &Path) -> Result<(), Problem> {
    let context = ["max_position_embeddings", "n_positions", "seq_length"];
    let context = context.iter().find_map(|key| config[*key].as_u64()).unwrap_or(2048);
    match source {
        TokenizerSource::Folder(from) => copy_tokenizer(from, dir)?,
        TokenizerSource::Train { texts, vocabulary } => {
            bpe::save(&bpe::train(texts.iter().map(String::as_str), *vocabulary)?, context, dir)?;
        }
        TokenizerSource::None => {}
    }
    let tokenizer = match source {
        TokenizerSource::None => None,
        _ => Some(Tokenizer::load(dir)?),
    };
    let config = complete(config, tokenizer.as_ref())?;
    let config = Config::parse(&config)?;
    if let Some(tokenizer) = &tokenizer {
        tokenizer.fits(config.vocab_size as u64)?;
    }
    Model::init(config, seed).save(dir)
}

fn copy_tokenizer(from: &Path, dir: &Path) -> Result<(), Problem> {
    Tokenizer::load(from)?;
    for name in TOKENIZER_FILES {
        let file = from.join(name);
        if file.exists() {
            let to = dir.join(name);
            std::fs::copy(&file, &to).map_err(|e| disk::failed(&to, &e))?;
        }
    }
    Ok(())
}

/// What a configuration leaves open, filled in.
fn complete(config: Value, tokenizer: Option<&Tokenizer>) -> Result<Value, Problem> {
    let Value::Object(given) = config else {
        return Err(Problem::bad(
            "config_invalid",
            "The model's configuration is not a JSON object.",
            "Give a config.json as transformers writes it.",
        ));
    };
    let model_type = given.get("model_type").and_then(Value::as_str).unwrap_or("llama");
    let mut out = match model_type {
        "llama" => json!({
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_act": "silu",
            "rms_norm_eps": 1e-5,
            "rope_theta": 10000.0,
            "tie_word_embeddings": true,
            "torch_dtype": "float32",
        }),
        other => json!({ "architectures": [architecture(other)], "torch_dtype": "float32" }),
    };
    let size = if model_type == "chatglm" { "padded_vocab_size" } else { "vocab_size" };
    if let Some(tokenizer) = tokenizer {
        out[size] = json!(tokenizer.vocabulary());
        out["bos_token_id"] = json!(tokenizer.bos());
        out["eos_token_id"] = json!(tokenizer.eos());
    }
    for (name, value) in given {
        out[name] = value;
    }
    if out[size].as_u64().is_none() {
        return Err(Problem::bad(
            "config_invalid",
            format!("Without a tokenizer the configuration must say {size}."),
            format!("Add {size} to the configuration, or give a tokenizer."),
        ));
    }
    Ok(out)
}

/// The class transformers has for a family.
fn architecture(model_type: &str) -> &'static str {
    match model_type {
        "bloom" => "BloomForCausalLM",
        "chatglm" => "ChatGLMForConditionalGeneration",
        "deepseek_v2" => "DeepseekV2ForCausalLM",
        "deepseek_v3" => "DeepseekV3ForCausalLM",
        "glm" => "GlmForCausalLM",
        "glm4" => "Glm4ForCausalLM",
        "gpt2" => "GPT2LMHeadModel",
        "mistral" => "MistralForCausalLM",
        "qwen2" => "Qwen2ForCausalLM",
        "qwen3" => "Qwen3ForCausalLM",
        _ => "LlamaForCausalLM",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> TokenizerSource {
        TokenizerSource::Train { texts: vec![crate::testing::TEXT.repeat(9)], vocabulary: 300 }
    }

    fn shape() -> Value {
        Shape { hidden: 32, intermediate: 48, layers: 1, heads: 2, kv_heads: 1, context: 32 }.config()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let root = tempfile::tempdir().unwrap();
        let make = |name: &str, seed| {
            let out = root.path().join(name);
            init(shape(), &source(), seed, &out).unwrap();
            std::fs::read(out.join("model.safetensors")).unwrap()
        };
        assert!(make("a", 1) == make("b", 1));
        assert!(make("c", 2) != make("d", 1));
        let generation = std::fs::read_to_string(root.path().join("a/generation_config.json")).unwrap();
        let generation: Value = serde_json::from_str(&generation).unwrap();
        assert_eq!(generation["eos_token_id"], json!([1, 4]), "an answer ends with </s> or <|end|>");
    }

    #[test]
    fn a_tokenizer_can_be_taken_over_and_must_fit() {
        let root = tempfile::tempdir().unwrap();
        let (first, second) = (root.path().join("a"), root.path().join("b"));
        init(shape(), &source(), 1, &first).unwrap();
        init(shape(), &TokenizerSource::Folder(first.clone()), 1, &second).unwrap();
        let weights = |dir: &Path| std::fs::read(dir.join("model.safetensors")).unwrap();
        assert!(weights(&first) == weights(&second));
        let mut small = shape();
        small["vocab_size"] = json!(280);
        let third = root.path().join("c");
        let problem = init(small, &TokenizerSource::Folder(first.clone()), 1, &third).unwrap_err();
        assert_eq!(problem.code, "vocab_mismatch");
        assert!(!third.exists());
        assert_eq!(init(shape(), &source(), 1, &first).unwrap_err().code, "out_exists");
    }

    #[test]
    fn without_a_tokenizer_the_vocabulary_must_be_said() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("a");
        let problem = init(shape(), &TokenizerSource::None, 1, &out).unwrap_err();
        assert_eq!(problem.code, "config_invalid");
        let mut config = shape();
        config["vocab_size"] = json!(64);
        init(config, &TokenizerSource::None, 1, &out).unwrap();
        assert!(!out.join("tokenizer.json").exists());
    }
}
