//! `config.json`, in the spelling of transformers 4 and of transformers 5.

use karat_types::Problem;
use serde_json::{Map, Value, json};
use std::path::Path;

/// The families the engine knows, by `model_type`.
pub const FAMILIES: &[&str] = &["llama"];

/// No size in a config.json is larger: what a stranger writes there must not overflow.
const MOST: u64 = 1 << 24;
/// No model has more blocks.
const MOST_LAYERS: usize = 4096;

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
    /// Base of the rotary angles.
    pub rope_theta: f64,
    /// Whether the head is the embedding table.
    pub tied: bool,
    /// Whether q, k, v and o have biases.
    pub attention_bias: bool,
    /// Whether gate, up and down have biases.
    pub mlp_bias: bool,
    /// Spread of fresh weights.
    pub initializer_range: f64,
    /// Beginning-of-text token.
    pub bos: Option<u32>,
    /// Tokens that end an answer.
    pub eos: Vec<u32>,
    /// Padding token.
    pub pad: Option<u32>,
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
    pub fn llama(
        vocab_size: usize,
        hidden_size: usize,
        intermediate_size: usize,
        layers: usize,
        (heads, kv_heads): (usize, usize),
    ) -> Self {
        Self {
            model_type: "llama".into(),
            vocab_size,
            hidden_size,
            intermediate_size,
            layers,
            heads,
            kv_heads,
            head_dim: hidden_size / heads,
            context: 2048,
            norm_eps: 1e-5,
            rope_theta: 10_000.0,
            tied: true,
            attention_bias: false,
            mlp_bias: false,
            initializer_range: 0.02,
            bos: None,
            eos: Vec::new(),
            pad: None,
        }
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
    /// `config_invalid`, `architecture_unknown`.
    pub fn parse(value: &Value) -> Result<Self, Problem> {
        let model_type = value["model_type"].as_str().unwrap_or("(none)");
        if !FAMILIES.contains(&model_type) {
            return Err(Problem::bad(
                "architecture_unknown",
                format!("config.json says model_type '{model_type}'; known are: {}.", FAMILIES.join(", ")),
                "Choose a model of a known family; for others open an issue naming the model.",
            ));
        }
        if value.get("quantization_config").is_some_and(|q| !q.is_null()) {
            return Err(wrong(
                "config.json has a quantization_config, weights must be f32, f16 or bf16.".into(),
            ));
        }
        let fields = Fields(value);
        let (hidden_size, heads) = (fields.number("hidden_size")?, fields.number("num_attention_heads")?);
        let config = Self {
            model_type: model_type.into(),
            vocab_size: fields.number("vocab_size")?,
            hidden_size,
            intermediate_size: fields.number("intermediate_size")?,
            layers: fields.number("num_hidden_layers")?,
            heads,
            kv_heads: fields.optional("num_key_value_heads").unwrap_or(heads),
            head_dim: fields.optional("head_dim").unwrap_or(hidden_size / heads),
            context: fields.optional("max_position_embeddings").unwrap_or(2048),
            norm_eps: value["rms_norm_eps"].as_f64().unwrap_or(1e-6),
            rope_theta: fields.rope_theta()?,
            tied: value["tie_word_embeddings"].as_bool().unwrap_or(false),
            attention_bias: value["attention_bias"].as_bool().unwrap_or(false),
            mlp_bias: value["mlp_bias"].as_bool().unwrap_or(false),
            initializer_range: value["initializer_range"].as_f64().unwrap_or(0.02),
            bos: fields.token("bos_token_id"),
            eos: fields.tokens("eos_token_id"),
            pad: fields.token("pad_token_id"),
        };
        config.check(value)?;
        Ok(config)
    }

    fn check(&self, value: &Value) -> Result<(), Problem> {
        if self.heads > self.hidden_size || self.layers > MOST_LAYERS {
            return Err(wrong(format!(
                "{} heads, {} layers and a width of {} do not make a model.",
                self.heads, self.layers, self.hidden_size
            )));
        }
        if !self.heads.is_multiple_of(self.kv_heads) {
            return Err(wrong(format!(
                "{} query heads cannot share {} key heads evenly.",
                self.heads, self.kv_heads
            )));
        }
        if !self.head_dim.is_multiple_of(2) {
            return Err(wrong(format!(
                "head_dim is {}, rotary positions need an even number.",
                self.head_dim
            )));
        }
        match value["hidden_act"].as_str() {
            None | Some("silu" | "swish") => Ok(()),
            Some(other) => Err(wrong(format!("hidden_act is '{other}', this family has 'silu'."))),
        }
    }

    /// `config.json` in the old spelling, which transformers 4 and 5 both read.
    pub fn to_json(&self) -> Value {
        json!({
            "architectures": ["LlamaForCausalLM"],
            "attention_bias": self.attention_bias,
            "attention_dropout": 0.0,
            "bos_token_id": self.bos,
            "eos_token_id": self.eos_json(),
            "head_dim": self.head_dim,
            "hidden_act": "silu",
            "hidden_size": self.hidden_size,
            "initializer_range": self.initializer_range,
            "intermediate_size": self.intermediate_size,
            "max_position_embeddings": self.context,
            "mlp_bias": self.mlp_bias,
            "model_type": self.model_type,
            "num_attention_heads": self.heads,
            "num_hidden_layers": self.layers,
            "num_key_value_heads": self.kv_heads,
            "pad_token_id": self.pad,
            "rms_norm_eps": self.norm_eps,
            "rope_scaling": null,
            "rope_theta": self.rope_theta,
            "tie_word_embeddings": self.tied,
            "torch_dtype": "float32",
            "use_cache": true,
            "vocab_size": self.vocab_size,
        })
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

    /// `rope_theta` + `rope_scaling` (transformers 4) or `rope_parameters` (5).
    fn rope_theta(&self) -> Result<f64, Problem> {
        let empty = Map::new();
        let object = |name: &str| self.0[name].as_object().unwrap_or(&empty).clone();
        let (new, scaling) = (object("rope_parameters"), object("rope_scaling"));
        for part in [&new, &scaling] {
            let kind = part.get("rope_type").or_else(|| part.get("type")).and_then(Value::as_str);
            if let Some(kind) = kind.filter(|k| *k != "default") {
                return Err(wrong(format!(
                    "Rotary positions of type '{kind}' are not known yet, only 'default'."
                )));
            }
        }
        let theta = new.get("rope_theta").unwrap_or(&self.0["rope_theta"]);
        Ok(theta.as_f64().unwrap_or(10_000.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_say_the_same_and_ours_survives_its_own_reader() {
        let mut ours = Config::llama(64, 32, 48, 2, (4, 2));
        (ours.bos, ours.eos, ours.rope_theta) = (Some(1), vec![2, 3], 500_000.0);
        let old = ours.to_json();
        assert_eq!(Config::parse(&old).unwrap(), ours);
        let mut new = old.clone();
        let fields = new.as_object_mut().unwrap();
        fields.remove("rope_theta");
        fields.remove("rope_scaling");
        fields.remove("torch_dtype");
        fields.insert("dtype".into(), json!("float32"));
        fields.insert("rope_parameters".into(), json!({"rope_theta": 500_000.0, "rope_type": "default"}));
        assert_eq!(Config::parse(&new).unwrap(), ours);
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        let problem = Config::parse(&json!({"model_type": "mamba"})).unwrap_err();
        assert_eq!(problem.code, "architecture_unknown");
        assert!(problem.detail.contains("mamba") && problem.detail.contains("llama"));
        let mut value = Config::llama(64, 32, 48, 2, (4, 2)).to_json();
        value["rope_scaling"] = json!({"rope_type": "yarn"});
        assert!(Config::parse(&value).unwrap_err().detail.contains("yarn"));
        value["rope_scaling"] = Value::Null;
        value["num_attention_heads"] = json!(64);
        assert!(Config::parse(&value).unwrap_err().detail.contains("64 heads"));
        value["hidden_size"] = json!(1u64 << 40);
        assert!(Config::parse(&value).unwrap_err().detail.contains("hidden_size"));
        value["hidden_size"] = json!("big");
        assert!(Config::parse(&value).unwrap_err().detail.contains("hidden_size"));
    }
}
