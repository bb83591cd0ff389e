//! The keys of ChatGLM2, ChatGLM3 and GLM-4 as their own checkpoints name them.

use super::{Config, Fields, Rope, Sizes, share, wrong};
use karat_types::Problem;
use serde_json::Value;

/// What only ChatGLM has.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// Whether q, k and v are packed one after the other, with fewer heads for k and v;
    /// otherwise they lie head by head.
    pub packed: bool,
    /// Whether the fused q, k and v have a bias.
    pub qkv_bias: bool,
    /// Whether the other linear layers have biases.
    pub bias: bool,
    /// RMS norms instead of layer norms.
    pub rms: bool,
    /// Whether a norm follows the last block.
    pub last_norm: bool,
    /// Whether the residual sum starts from the norm's output instead of its input.
    pub residual_after_norm: bool,
}

pub(super) fn read(fields: &Fields<'_>) -> Result<Config, Problem> {
    let first = ["inner_hidden_size", "position_encoding_2d"];
    if let Some(key) = first.iter().find(|key| !fields.0[**key].is_null()) {
        return Err(Problem::bad(
            "architecture_unknown",
            format!(
                "config.json has {key}: this is the first ChatGLM (chatglm-6b), a prefix model that reads in both directions; known are ChatGLM2, ChatGLM3 and GLM-4."
            ),
            "Choose chatglm2-6b, chatglm3-6b or a GLM-4 checkpoint.",
        ));
    }
    let (hidden, heads) = (fields.number("hidden_size")?, fields.number("num_attention_heads")?);
    let packed = fields.flag("multi_query_attention", false);
    let head_dim = match &fields.0["kv_channels"] {
        Value::Null => share(hidden, heads)?,
        _ => fields.number("kv_channels")?,
    };
    let sizes = Sizes {
        vocab: if fields.0["padded_vocab_size"].is_null() { "vocab_size" } else { "padded_vocab_size" },
        hidden,
        intermediate: fields.number("ffn_hidden_size")?,
        layers: fields.either(["num_layers", "num_hidden_layers"])?,
        heads,
        kv_heads: if packed { fields.number("multi_query_group_num")? } else { heads },
        head_dim,
        context: "seq_length",
        default_context: 2048,
    };
    if !head_dim.is_multiple_of(4) {
        return Err(wrong(format!(
            "kv_channels is {head_dim}: half of each head turns in pairs, a multiple of 4 is expected."
        )));
    }
    let bias = fields.flag("add_bias_linear", false);
    let keys = Keys {
        packed,
        qkv_bias: bias || fields.flag("add_qkv_bias", false),
        bias,
        rms: fields.flag("rmsnorm", true),
        last_norm: fields.flag("post_layer_norm", true),
        residual_after_norm: fields.flag("apply_residual_connection_post_layernorm", false),
    };
    let config = Config::common(fields, sizes, super::Keys::ChatGlm(keys))?;
    let theta = fields.float("rope_theta", 10_000.0) * fields.float("rope_ratio", 1.0);
    Ok(Config {
        norm_eps: fields.float("layernorm_epsilon", 1e-5),
        rope: Some(Rope { interleaved: true, ..Rope::plain(theta, head_dim / 2) }),
        ..config
    })
}
