//! `config.json`, in the spelling of transformers 4 and of transformers 5.
//!
//! What every family has is here; what only one has is in its own file.

pub mod deepseek;
pub mod llama;
pub mod rope;

pub use rope::Rope;

use crate::weights::Stored;
use karat_types::Problem;
use serde_json::{Value, json};
use std::path::Path;

/// The families the engine knows, by `model_type`.
pub const FAMILIES: &[&str] = &["llama", "mistral", "qwen2", "qwen3", "deepseek_v2", "deepseek_v3"];

/// No size in a config.json is larger: what a stranger writes there must not overflow.
const MOST: u64 = 1 << 24;
/// No model has more blocks.
const MOST_LAYERS: usize = 4096;

/// What only one family has.
#[derive(Clone, Debug, PartialEq)]
pub enum Keys {
    /// LLaMA, Mistral, Qwen2 and Qwen3.
    Llama(llama::Keys),
    /// DeepSeek-V2 and V3.
    Deepseek(deepseek::Keys),
}

/// The shape of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// One of [`FAMILIES`].
    pub model_type: String,
    /// Vocabulary size.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width inside the feed-forward part.
    pub intermediate_size: usize,
    /// Number of blocks.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Numbers a head.
    pub head_dim: usize,
    /// Longest context, tokens.
    pub context: usize,
    /// ε of the norms.
    pub norm_eps: f64,
    /// Rotary positions, when the family has them.
    pub rope: Option<Rope>,
    /// Whether the head is the embedding table.
    pub tied: bool,
    /// Spread of fresh weights.
    pub initializer_range: f64,
    /// Beginning-of-text token.
    pub bos: Option<u32>,
    /// Tokens that end an answer.
    pub eos: Vec<u32>,
    /// Padding token.
    pub pad: Option<u32>,
    /// What only this family has.
    pub keys: Keys,
    /// The file as it was read: what is saved keeps every key of it.
    source: Value,
}

fn wrong(detail: String) -> Problem {
    Problem::bad(
        "config_invalid",
        detail,
        "Give a Hugging Face model folder whose config.json is complete; `karat models inspect DIR` shows what is read.",
    )
}

impl Config {
    /// A LLaMA of this size with the usual settings: context 2048, θ 10,000, tied head.
    ///
    /// # Panics
    /// When no LLaMA has these sizes.
    pub fn llama(
        vocab_size: usize,
        hidden_size: usize,
        intermediate_size: usize,
        layers: usize,
        (heads, kv_heads): (usize, usize),
    ) -> Self {
        let read = Self::parse(&json!({
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": vocab_size,
            "hidden_size": hidden_size,
            "intermediate_size": intermediate_size,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "num_key_value_heads": kv_heads,
            "hidden_act": "silu",
            "max_position_embeddings": 2048,
            "rms_norm_eps": 1e-5,
            "rope_theta": 10_000.0,
            "tie_word_embeddings": true,
            "torch_dtype": "float32",
        }));
        read.unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// The same with some keys of its config.json changed.
    ///
    /// # Errors
    /// `config_invalid`, `architecture_unknown`.
    pub fn with(&self, changes: Value) -> Result<Self, Problem> {
        let mut file = self.source.clone();
        if let (Value::Object(file), Value::Object(changes)) = (&mut file, changes) {
            file.extend(changes);
        }
        Self::parse(&file)
    }

    /// Reads `config.json` of a model folder.
    ///
    /// # Errors
    /// `model_folder_unknown`, `config_invalid`, `architecture_unknown`.
    pub fn read(dir: &Path) -> Result<Self, Problem> {
        let path = dir.join("config.json");
        let text = std::fs::read_to_string(&path).map_err(|e| {
            Problem::bad(
                "model_folder_unknown",
                format!("{} cannot be read: {e}.", path.display()),
                "Give a model folder in the Hugging Face layout: config.json, model.safetensors, tokenizer.json.",
            )
        })?;
        let value = serde_json::from_str(&text)
            .map_err(|e| wrong(format!("{} is not JSON: {e}.", path.display())))?;
        Self::parse(&value)
    }

    /// Reads the parsed `config.json`.
    ///
    /// # Errors
    /// `config_invalid`, `architecture_unknown`, `quantisation_unknown`.
    pub fn parse(value: &Value) -> Result<Self, Problem> {
        let model_type = value["model_type"].as_str().unwrap_or("(none)");
        if !FAMILIES.contains(&model_type) {
            return Err(Problem::bad(
                "architecture_unknown",
                format!("config.json says model_type '{model_type}'; known are: {}.", FAMILIES.join(", ")),
                "Choose a model of a known family; for others open an issue naming the model.",
            ));
        }
        crate::quant::bnb::check_config(value)?;
        let fields = Fields(value);
        let (hidden_size, heads) = (fields.number("hidden_size")?, fields.number("num_attention_heads")?);
        let deepseek = model_type.starts_with("deepseek");
        let head_dim = match fields.optional("head_dim") {
            _ if deepseek => fields.number("qk_rope_head_dim")?,
            Some(head_dim) => head_dim,
            None if model_type == "qwen3" => 128,
            None if hidden_size.is_multiple_of(heads) => hidden_size / heads,
            None => {
                return Err(wrong(format!("{heads} heads cannot share a width of {hidden_size} evenly.")));
            }
        };
        let layers = fields.number("num_hidden_layers")?;
        if layers > MOST_LAYERS {
            return Err(wrong(format!("num_hidden_layers is {layers}, known are up to {MOST_LAYERS}.")));
        }
        let context = fields.optional("max_position_embeddings").unwrap_or(2048);
        let mut rope = Rope::read(&fields, head_dim, 1.0, context)?;
        rope.interleaved = deepseek && (model_type == "deepseek_v2" || fields.flag("rope_interleave", true));
        let keys = if deepseek {
            Keys::Deepseek(deepseek::Keys::read(model_type, &fields, layers)?)
        } else {
            Keys::Llama(llama::Keys::read(model_type, &fields, layers)?)
        };
        let config = Self {
            model_type: model_type.into(),
            vocab_size: fields.number("vocab_size")?,
            hidden_size,
            intermediate_size: fields.number("intermediate_size")?,
            layers,
            heads,
            kv_heads: fields.optional("num_key_value_heads").filter(|_| !deepseek).unwrap_or(heads),
            head_dim,
            context: rope.reach(context),
            norm_eps: fields.float("rms_norm_eps", 1e-6),
            rope: Some(rope),
            tied: fields.flag("tie_word_embeddings", false),
            initializer_range: fields.float("initializer_range", 0.02),
            bos: fields.token("bos_token_id"),
            eos: fields.tokens("eos_token_id"),
            pad: fields.token("pad_token_id"),
            keys,
            source: value.clone(),
        };
        config.check(value)?;
        Ok(config)
    }

    fn check(&self, value: &Value) -> Result<(), Problem> {
        if !self.heads.is_multiple_of(self.kv_heads) {
            return Err(wrong(format!(
                "{} query heads cannot share {} key heads evenly.",
                self.heads, self.kv_heads
            )));
        }
        match value["hidden_act"].as_str() {
            None | Some("silu" | "swish") => Ok(()),
            Some(other) => Err(wrong(format!("hidden_act is '{other}', this family has 'silu'."))),
        }
    }

    /// Whether a tensor belongs to DeepSeek-V3's layers behind the last, which predict further
    /// tokens at once and are not needed to predict the next.
    pub(crate) fn predicts_further(&self, tensor: &str) -> bool {
        let number = tensor.strip_prefix("model.layers.").and_then(|rest| rest.split('.').next());
        let Some(layer) = number.and_then(|n| n.parse::<usize>().ok()) else { return false };
        let own = Fields(&self.source).optional("num_nextn_predict_layers").unwrap_or(1);
        self.model_type == "deepseek_v3" && (self.layers..self.layers + own).contains(&layer)
    }

    /// The config.json this was read from, its numbers said to be stored as `stored`.
    pub fn to_json(&self, stored: Stored) -> Value {
        let mut file = self.source.clone();
        if let Value::Object(file) = &mut file {
            let key = if file.contains_key("dtype") { "dtype" } else { "torch_dtype" };
            file.insert(key.into(), json!(stored.name()));
        }
        file
    }

    /// `generation_config.json`: without it a served model may never stop.
    pub fn generation_json(&self) -> Value {
        json!({ "bos_token_id": self.bos, "eos_token_id": self.eos_json(), "pad_token_id": self.pad })
    }

    fn eos_json(&self) -> Value {
        match self.eos[..] {
            [] => Value::Null,
            [one] => json!(one),
            _ => json!(self.eos),
        }
    }
}

/// Reading fields that may be missing, null or of the wrong type.
struct Fields<'a>(&'a Value);

impl Fields<'_> {
    fn optional(&self, name: &str) -> Option<usize> {
        self.0[name].as_u64().filter(|n| (1..=MOST).contains(n)).map(|n| n as usize)
    }

    fn number(&self, name: &str) -> Result<usize, Problem> {
        self.optional(name).ok_or_else(|| {
            wrong(format!(
                "config.json has {name}: {}, expected a whole number from 1 to {MOST}.",
                self.0[name]
            ))
        })
    }

    fn tokens(&self, name: &str) -> Vec<u32> {
        let one = |v: &Value| v.as_u64().and_then(|n| u32::try_from(n).ok());
        match &self.0[name] {
            Value::Array(list) => list.iter().filter_map(one).collect(),
            value => one(value).into_iter().collect(),
        }
    }

    fn token(&self, name: &str) -> Option<u32> {
        self.tokens(name).first().copied()
    }

    fn flag(&self, name: &str, default: bool) -> bool {
        self.0[name].as_bool().unwrap_or(default)
    }

    fn float(&self, name: &str, default: f64) -> f64 {
        self.0[name].as_f64().unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Config {
        Config::llama(64, 32, 48, 2, (4, 2))
    }

    #[test]
    fn both_spellings_say_the_same_and_ours_survives_its_own_reader() {
        let ours = small()
            .with(json!({"bos_token_id": 1, "eos_token_id": [2, 3], "rope_theta": 500_000.0}))
            .unwrap();
        assert_eq!((ours.bos, &ours.eos[..]), (Some(1), &[2, 3][..]));
        let old = ours.to_json(Stored::F32);
        assert_eq!(Config::parse(&old).unwrap(), ours);
        let mut new = old.clone();
        let fields = new.as_object_mut().unwrap();
        fields.remove("rope_theta");
        fields.remove("torch_dtype");
        fields.insert("dtype".into(), json!("float32"));
        fields.insert("rope_parameters".into(), json!({"rope_theta": 500_000.0, "rope_type": "default"}));
        let new = Config::parse(&new).unwrap();
        assert_eq!(Config { source: old, ..new }, ours);
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        let problem = Config::parse(&json!({"model_type": "mamba"})).unwrap_err();
        assert_eq!(problem.code, "architecture_unknown");
        assert!(problem.detail.contains("mamba") && problem.detail.contains("llama"));
        let refused = |changes: Value, named: &str| {
            let detail = small().with(changes).unwrap_err().detail;
            assert!(detail.contains(named), "{detail} does not name {named}");
        };
        refused(json!({"rope_scaling": {"rope_type": "longrope", "factor": 2.0}}), "longrope");
        refused(json!({"rope_scaling": {"rope_type": "yarn", "factor": "two"}}), "factor");
        refused(json!({"rope_scaling": {"type": "llama3", "factor": 8.0}}), "low_freq_factor");
        refused(json!({"num_attention_heads": 64}), "64 heads");
        refused(json!({"hidden_size": 1u64 << 40}), "hidden_size");
        refused(json!({"hidden_size": "big"}), "hidden_size");
        refused(json!({"num_key_value_heads": 3}), "3 key heads");
        refused(json!({"head_dim": 7}), "even number");
        refused(json!({"num_hidden_layers": 9999}), "num_hidden_layers");
    }
}
