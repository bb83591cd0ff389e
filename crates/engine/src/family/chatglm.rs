//! ChatGLM2, ChatGLM3 and GLM-4 under the names of their own checkpoints: GLM with q, k and
//! v in one layer. The same weights as GLM of transformers, renamed and packed: rows of
//! `query_key_value` are q, then k, then v; those of `dense_h_to_4h` gate, then up.

use super::{Inventory, Norm};
use crate::config::{Config, chatglm::Keys};
use crate::kernel::Activation;
use crate::net::{ParamId, SiteId};
use crate::real::Real;
use crate::tape::{Heads, Tape, Var};
use karat_types::Problem;

/// What a ChatGLM is made of.
#[derive(Clone, Debug)]
pub struct ChatGlm {
    table: ParamId,
    blocks: Vec<Block>,
    norm: Option<Norm>,
    /// Head over the vocabulary.
    pub head: SiteId,
    heads: Heads,
    head_dim: usize,
    wide: usize,
    packed: bool,
    residual_after_norm: bool,
}

/// One block.
#[derive(Clone, Debug)]
struct Block {
    input_norm: Norm,
    qkv: SiteId,
    output: SiteId,
    post_norm: Norm,
    gate_up: SiteId,
    down: SiteId,
}

impl ChatGlm {
    /// Lists the parameters by their names on disk.
    ///
    /// # Errors
    /// What the inventory's source says.
    pub fn take_down<F: Real>(c: &Config, keys: &Keys, i: &mut Inventory<'_, F>) -> Result<Self, Problem> {
        let (h, f) = (c.hidden_size, c.intermediate_size);
        let (q, kv) = (c.heads * c.head_dim, c.kv_heads * c.head_dim);
        let norm = |i: &mut Inventory<'_, F>, name: &str| match keys.rms {
            true => i.rms_norm(name, h, c.norm_eps),
            false => i.layer_norm(name, h, c.norm_eps),
        };
        let table = i.table("transformer.embedding.word_embeddings.weight", [c.vocab_size, h])?;
        let mut blocks = Vec::with_capacity(c.layers);
        for n in 0..c.layers {
            let at = |part: &str| format!("transformer.encoder.layers.{n}.{part}");
            blocks.push(Block {
                input_norm: norm(i, &at("input_layernorm"))?,
                qkv: i.linear(&at("self_attention.query_key_value"), [q + 2 * kv, h], keys.qkv_bias)?,
                output: i.linear(&at("self_attention.dense"), [h, q], keys.bias)?,
                post_norm: norm(i, &at("post_attention_layernorm"))?,
                gate_up: i.linear(&at("mlp.dense_h_to_4h"), [2 * f, h], keys.bias)?,
                down: i.linear(&at("mlp.dense_4h_to_h"), [h, f], keys.bias)?,
            });
        }
        let last = match keys.last_norm {
            true => Some(norm(i, "transformer.encoder.final_layernorm")?),
            false => None,
        };
        Ok(Self {
            table,
            blocks,
            norm: last,
            head: i.head("transformer.output_layer", table, c.tied)?,
            heads: Heads::new(c.heads, c.kv_heads),
            head_dim: c.head_dim,
            wide: f,
            packed: keys.packed,
            residual_after_norm: keys.residual_after_norm,
        })
    }

    /// From tokens to the normalised hidden rows the head reads.
    pub fn hidden<'a, F: Real>(&'a self, t: &mut Tape<'a, F>) -> Var {
        let mut x = t.embedding(self.table);
        for block in &self.blocks {
            x = t.block(x, move |t, x| self.block(t, block, x));
        }
        self.norm.map_or(x, |norm| norm.apply(t, x))
    }

    fn block<F: Real>(&self, t: &mut Tape<'_, F>, block: &Block, x: Var) -> Var {
        let n = block.input_norm.apply(t, x);
        let fused = t.linear(n, block.qkv);
        let (heads, kv_heads) = (self.heads.heads, self.heads.kv_heads);
        let [q, k, v] = if self.packed {
            t.split(fused, 1, [heads, kv_heads, kv_heads].map(|heads| heads * self.head_dim))
        } else {
            t.split(fused, heads, [self.head_dim; 3])
        };
        let (q, k) = (t.rope(q, heads), t.rope(k, kv_heads));
        let mixed = t.attention(q, k, v, &self.heads);
        let branch = t.linear(mixed, block.output);
        let x = t.add(if self.residual_after_norm { n } else { x }, branch);

        let n = block.post_norm.apply(t, x);
        let fused = t.linear(n, block.gate_up);
        let [gate, up] = t.split(fused, 1, [self.wide; 2]);
        let wide = t.glu(gate, up, Activation::Silu);
        let branch = t.linear(wide, block.down);
        t.add(if self.residual_after_norm { n } else { x }, branch)
    }
}
