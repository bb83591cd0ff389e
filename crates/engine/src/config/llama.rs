//! The keys of LLaMA and of the families that differ from it in small things only.

use super::{Config, Fields, Rope, Sizes, share, wrong};
use crate::kernel::Activation;
use karat_types::Problem;
use serde_json::Value;

/// What sets one of them apart from another.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// Whether q, k and v have biases.
    pub qkv_bias: bool,
    /// Whether o has one.
    pub output_bias: bool,
    /// Whether gate, up and down have biases.
    pub mlp_bias: bool,
    /// Whether each head of q and k passes a norm.
    pub qk_norm: bool,
    /// The sliding window of each block.
    pub windows: Vec<Option<usize>>,
}

pub(super) fn read(fields: &Fields<'_>) -> Result<Config, Problem> {
    let model_type = fields.0["model_type"].as_str().unwrap_or_default();
    let (hidden, heads) = (fields.number("hidden_size")?, fields.number("num_attention_heads")?);
    let layers = fields.number("num_hidden_layers")?;
    let (kv_heads, default_context) = match model_type {
        "mistral" => (8, 4096 * 32),
        "qwen2" | "qwen3" => (32, 32_768),
        _ => (heads, 2048),
    };
    let sizes = Sizes {
        vocab: "vocab_size",
        hidden,
        intermediate: fields.number("intermediate_size")?,
        layers,
        heads,
        kv_heads: fields.or_default("num_key_value_heads", kv_heads, heads)?,
        head_dim: match fields.0.get("head_dim") {
            None if model_type == "qwen3" => 128,
            None | Some(Value::Null) => share(hidden, heads)?,
            Some(_) => fields.number("head_dim")?,
        },
        context: "max_position_embeddings",
        default_context,
    };
    let keys = Keys::read(model_type, fields, layers.min(super::MOST_LAYERS))?;
    let config = Config::common(fields, sizes, super::Keys::Llama(keys))?;
    let rope = Rope::read(fields, config.head_dim, 1.0, config.context)?;
    Ok(Config {
        activation: fields.activation("hidden_act", Activation::Silu)?,
        context: rope.reach(config.context),
        rope: Some(rope),
        ..config
    })
}

impl Keys {
    fn read(model_type: &str, fields: &Fields<'_>, layers: usize) -> Result<Self, Problem> {
        let attention_bias = fields.flag("attention_bias", false);
        let llama = Self {
            qkv_bias: attention_bias,
            output_bias: attention_bias,
            mlp_bias: fields.flag("mlp_bias", false),
            qk_norm: false,
            windows: vec![None; layers],
        };
        Ok(match model_type {
            "mistral" => Self {
                qkv_bias: false,
                output_bias: false,
                mlp_bias: false,
                windows: vec![window(fields)?; layers],
                ..llama
            },
            "qwen2" => Self {
                qkv_bias: true,
                output_bias: false,
                mlp_bias: false,
                windows: qwen_windows(fields, layers)?,
                ..llama
            },
            "qwen3" => {
                Self { mlp_bias: false, qk_norm: true, windows: qwen_windows(fields, layers)?, ..llama }
            }
            _ => llama,
        })
    }
}

/// `sliding_window`: null is none, a missing one 4096 as in transformers.
fn window(fields: &Fields<'_>) -> Result<Option<usize>, Problem> {
    match fields.0.get("sliding_window") {
        None => Ok(Some(4096)),
        Some(Value::Null) => Ok(None),
        Some(_) => fields.number("sliding_window").map(Some),
    }
}

/// Qwen: a window where `layer_types` says so, or from block `max_window_layers` on.
fn qwen_windows(fields: &Fields<'_>, layers: usize) -> Result<Vec<Option<usize>>, Problem> {
    let window = if fields.flag("use_sliding_window", false) { window(fields)? } else { None };
    let Some(types) = fields.0["layer_types"].as_array() else {
        let first = fields.0["max_window_layers"].as_u64().unwrap_or(28) as usize;
        return Ok((0..layers).map(|i| window.filter(|_| i >= first)).collect());
    };
    if types.len() != layers {
        return Err(wrong(format!("layer_types names {} layers of {layers}.", types.len())));
    }
    let one = |kind: &Value| match kind.as_str() {
        Some("full_attention") => Ok(None),
        Some("sliding_attention") if window.is_some() => Ok(window),
        _ => Err(wrong(format!(
            "layer_types has {kind}; known are \"full_attention\" and, with use_sliding_window and a sliding_window, \"sliding_attention\"."
        ))),
    };
    types.iter().map(one).collect()
}
