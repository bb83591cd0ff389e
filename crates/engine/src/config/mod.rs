//! `config.json`, in the spelling of transformers 4 and of transformers 5.
//!
//! What every family has is here; what only one has is in its own file.

pub mod bloom;
pub mod chatglm;
pub mod deepseek;
pub mod glm;
pub mod gpt2;
pub mod llama;
pub mod rope;

pub use rope::Rope;

use crate::kernel::Activation;
use crate::weights::Stored;
use karat_types::Problem;
use serde_json::{Value, json};
use std::path::Path;

/// The families the engine knows, by `model_type`.
pub const FAMILIES: &[&str] = &[
    "bloom",
    "chatglm",
    "deepseek_v2",
    "deepseek_v3",
    "glm",
    "glm4",
    "gpt2",
    "llama",
    "mistral",
    "qwen2",
    "qwen3",
];

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
    /// GPT-2.
    Gpt2(gpt2::Keys),
    /// BLOOM.
    Bloom(bloom::Keys),
    /// GLM and GLM-4 under the names of transformers.
    Glm(glm::Keys),
    /// ChatGLM2, ChatGLM3 and GLM-4 under their own names.
    ChatGlm(chatglm::Keys),
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
    /// The curve of the feed-forward part.
    pub activation: Activation,
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
    /// Whether the names in the files lack their first part (`transformer.`, `model.`), as in
    /// the first checkpoints of GPT-2 and BLOOM.
    pub bare: bool,
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
    /// `model_folder_unknown`, `model_is_adapter`, `config_invalid`, `architecture_unknown`.
    pub fn read(dir: &Path) -> Result<Self, Problem> {
        let path = dir.join("config.json");
        if !path.exists() && dir.join("adapter_config.json").exists() {
            return Err(Problem::bad(
                "model_is_adapter",
                format!("{} is an adapter, expected the base it sits on.", dir.display()),
                "Give the base with --model and this folder with --adapter (with --init-adapter to train on).",
            ));
        }
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
        let config = match model_type {
            "gpt2" => gpt2::read(&fields),
            "bloom" => bloom::read(&fields),
            "glm" | "glm4" => glm::read(&fields),
            "chatglm" => chatglm::read(&fields),
            "deepseek_v2" | "deepseek_v3" => deepseek::read(&fields),
            _ => llama::read(&fields),
        }?;
        config.check()
    }

    /// What every family reads in the same way; the rest is LLaMA's until the family says
    /// otherwise.
    fn common(fields: &Fields<'_>, sizes: Sizes, keys: Keys) -> Result<Self, Problem> {
        let context = fields.optional(sizes.context).unwrap_or(sizes.default_context);
        Ok(Self {
            model_type: fields.0["model_type"].as_str().unwrap_or_default().into(),
            vocab_size: fields.number(sizes.vocab)?,
            hidden_size: sizes.hidden,
            intermediate_size: sizes.intermediate,
            layers: sizes.layers,
            heads: sizes.heads,
            kv_heads: sizes.kv_heads,
            head_dim: sizes.head_dim,
            context,
            norm_eps: fields.float("rms_norm_eps", 1e-6),
            activation: Activation::Silu,
            rope: None,
            tied: fields.flag("tie_word_embeddings", false),
            initializer_range: fields.float("initializer_range", 0.02),
            bos: fields.token("bos_token_id"),
            eos: fields.tokens("eos_token_id"),
            pad: fields.token("pad_token_id"),
            keys,
            bare: false,
            source: fields.0.clone(),
        })
    }

    fn check(self) -> Result<Self, Problem> {
        if self.layers > MOST_LAYERS {
            return Err(wrong(format!(
                "{} layers are too many, known are up to {MOST_LAYERS}.",
                self.layers
            )));
        }
        if !self.heads.is_multiple_of(self.kv_heads) {
            return Err(wrong(format!(
                "{} query heads cannot share {} key heads evenly.",
                self.heads, self.kv_heads
            )));
        }
        if self.heads.saturating_mul(self.head_dim) > MOST as usize {
            return Err(wrong(format!("{} heads of {} numbers are too wide.", self.heads, self.head_dim)));
        }
        Ok(self)
    }

    /// The first part of the tensors' names, which some checkpoints leave out.
    pub fn prefix(&self) -> &'static str {
        match self.keys {
            Keys::Llama(_) | Keys::Glm(_) | Keys::Deepseek(_) => "model.",
            Keys::Gpt2(_) | Keys::Bloom(_) | Keys::ChatGlm(_) => "transformer.",
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

    /// The config.json this was read from, its numbers said to be stored as `stored` and no
    /// longer quantised.
    pub fn to_json(&self, stored: Stored) -> Value {
        let mut file = self.source.clone();
        if let Value::Object(file) = &mut file {
            let key = if file.contains_key("dtype") { "dtype" } else { "torch_dtype" };
            file.insert(key.into(), json!(stored.name()));
            file.shift_remove("quantization_config");
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

/// The sizes of a model, whatever its family calls them.
struct Sizes {
    vocab: &'static str,
    hidden: usize,
    intermediate: usize,
    layers: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    context: &'static str,
    default_context: usize,
}

/// Equal shares of the width.
fn share(hidden: usize, heads: usize) -> Result<usize, Problem> {
    if hidden.is_multiple_of(heads) {
        Ok(hidden / heads)
    } else {
        Err(wrong(format!("{heads} heads cannot share a width of {hidden} evenly.")))
    }
}

/// Reading fields that may be missing, null or of the wrong type.
struct Fields<'a>(&'a Value);

impl Fields<'_> {
    fn optional(&self, name: &str) -> Option<usize> {
        self.0[name].as_u64().filter(|n| (1..=MOST).contains(n)).map(|n| n as usize)
    }

    /// A number that has one default when it is missing and another when it is null.
    fn or_default(&self, name: &str, missing: usize, null: usize) -> Result<usize, Problem> {
        match self.0.get(name) {
            None => Ok(missing),
            Some(Value::Null) => Ok(null),
            Some(_) => self.number(name),
        }
    }

    /// The first of these names that is there: configurations know two for some sizes.
    fn either(&self, names: [&'static str; 2]) -> Result<usize, Problem> {
        self.number(names[usize::from(self.0.get(names[0]).is_none() && self.0.get(names[1]).is_some())])
    }

    /// An activation by its key.
    fn activation(&self, name: &str, default: Activation) -> Result<Activation, Problem> {
        match &self.0[name] {
            Value::Null => Ok(default),
            Value::String(text) => Activation::named(text),
            other => Err(wrong(format!("{name} is {other}, the name of an activation is expected."))),
        }
    }

    /// Refuses a setting the engine does not follow.
    fn refuse(&self, name: &str, why: &str) -> Result<(), Problem> {
        if self.flag(name, false) { Err(wrong(format!("config.json sets {name}: {why}."))) } else { Ok(()) }
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
        refused(json!({"hidden_act": "mish"}), "mish");
        refused(json!({"num_hidden_layers": 9999}), "9999 layers");
    }
}
