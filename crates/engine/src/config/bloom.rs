//! The keys of BLOOM.

use super::{Config, Fields, Sizes, share};
use crate::kernel::Activation;
use karat_types::Problem;

/// What only BLOOM has.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// Whether the residual sum starts from the norm's output instead of its input.
    pub residual_after_norm: bool,
}

pub(super) fn read(fields: &Fields<'_>) -> Result<Config, Problem> {
    let hidden = fields.either(["n_embed", "hidden_size"])?;
    let heads = fields.either(["n_head", "num_attention_heads"])?;
    let sizes = Sizes {
        vocab: "vocab_size",
        hidden,
        intermediate: 4 * hidden,
        layers: fields.either(["n_layer", "num_hidden_layers"])?,
        heads,
        kv_heads: heads,
        head_dim: share(hidden, heads)?,
        context: "seq_length",
        default_context: 2048,
    };
    let keys = Keys { residual_after_norm: fields.flag("apply_residual_connection_post_layernorm", false) };
    let config = Config::common(fields, sizes, super::Keys::Bloom(keys))?;
    Ok(Config {
        activation: Activation::GeluTanh,
        norm_eps: fields.float("layer_norm_epsilon", 1e-5),
        tied: fields.flag("tie_word_embeddings", true),
        ..config
    })
}
