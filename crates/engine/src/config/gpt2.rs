//! The keys of GPT-2.

use super::{Config, Fields, Sizes, share};
use crate::kernel::Activation;
use karat_types::Problem;

/// What only GPT-2 has.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// Whether scores are multiplied with 1/√(numbers a head).
    pub scaled: bool,
    /// Whether they are divided by the number of the block, counted from 1, as well.
    pub by_layer: bool,
}

pub(super) fn read(fields: &Fields<'_>) -> Result<Config, Problem> {
    fields.refuse("add_cross_attention", "this engine has decoders only")?;
    let (hidden, heads) =
        (fields.either(["n_embd", "hidden_size"])?, fields.either(["n_head", "num_attention_heads"])?);
    let context = match fields.0.get("n_positions") {
        None => "max_position_embeddings",
        Some(_) => "n_positions",
    };
    let sizes = Sizes {
        vocab: "vocab_size",
        hidden,
        intermediate: fields.or_default("n_inner", 4 * hidden, 4 * hidden)?,
        layers: fields.either(["n_layer", "num_hidden_layers"])?,
        heads,
        kv_heads: heads,
        head_dim: share(hidden, heads)?,
        context,
        default_context: 1024,
    };
    if fields.0.get(context).is_some_and(|n| !n.is_null()) {
        fields.number(context)?;
    }
    let keys = Keys {
        scaled: fields.flag("scale_attn_weights", true),
        by_layer: fields.flag("scale_attn_by_inverse_layer_idx", false),
    };
    let config = Config::common(fields, sizes, super::Keys::Gpt2(keys))?;
    Ok(Config {
        activation: fields.activation("activation_function", Activation::GeluTanh)?,
        norm_eps: fields.float("layer_norm_epsilon", 1e-5),
        tied: fields.flag("tie_word_embeddings", true),
        ..config
    })
}
