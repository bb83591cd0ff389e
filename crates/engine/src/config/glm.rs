//! The keys of GLM and GLM-4 as transformers names them.

use super::{Config, Fields, Rope, Sizes, share};
use crate::kernel::Activation;
use karat_types::Problem;
use serde_json::Value;

/// What only GLM has.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// Whether q, k and v have biases.
    pub qkv_bias: bool,
    /// Whether a norm follows attention and feed-forward, too (GLM-4).
    pub norms_after: bool,
}

pub(super) fn read(fields: &Fields<'_>) -> Result<Config, Problem> {
    let (hidden, heads) = (fields.number("hidden_size")?, fields.number("num_attention_heads")?);
    let sizes = Sizes {
        vocab: "vocab_size",
        hidden,
        intermediate: fields.number("intermediate_size")?,
        layers: fields.number("num_hidden_layers")?,
        heads,
        kv_heads: fields.or_default("num_key_value_heads", 2, heads)?,
        head_dim: match fields.0.get("head_dim") {
            None => 128,
            Some(Value::Null) => share(hidden, heads)?,
            Some(_) => fields.number("head_dim")?,
        },
        context: "max_position_embeddings",
        default_context: 131_072,
    };
    let keys =
        Keys { qkv_bias: fields.flag("attention_bias", true), norms_after: fields.0["model_type"] == "glm4" };
    let config = Config::common(fields, sizes, super::Keys::Glm(keys))?;
    let rope = Rope::read(fields, config.head_dim, 0.5, config.context)?;
    Ok(Config {
        activation: fields.activation("hidden_act", Activation::Silu)?,
        norm_eps: fields.float("rms_norm_eps", 1.5625e-7),
        context: rope.reach(config.context),
        rope: Some(Rope { interleaved: true, ..rope }),
        ..config
    })
}
