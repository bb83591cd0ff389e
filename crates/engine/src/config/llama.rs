//! The keys of LLaMA and of the families that differ from it in small things only.

use super::{Fields, wrong};
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

impl Keys {
    pub(super) fn read(model_type: &str, fields: &Fields<'_>, layers: usize) -> Result<Self, Problem> {
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
