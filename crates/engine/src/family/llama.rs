//! LLaMA: RMS norms before each part, rotary positions, grouped queries, SwiGLU.

use super::Inventory;
use crate::config::Config;
use crate::net::{ParamId, SiteId};
use crate::real::Real;
use crate::tape::{Tape, Var};
use karat_types::Problem;

/// What a LLaMA is made of.
#[derive(Clone, Debug)]
pub struct Llama {
    /// Token embeddings.
    pub table: ParamId,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Last norm.
    pub norm: ParamId,
    /// Head over the vocabulary.
    pub head: SiteId,
    heads: usize,
    kv_heads: usize,
    eps: f64,
}

/// One block: attention, then feed-forward, each behind a norm and a residual sum.
#[derive(Clone, Debug)]
pub struct Block {
    input_norm: ParamId,
    q: SiteId,
    k: SiteId,
    v: SiteId,
    o: SiteId,
    post_norm: ParamId,
    gate: SiteId,
    up: SiteId,
    down: SiteId,
}

impl Llama {
    /// Lists the parameters by their names on disk.
    ///
    /// # Errors
    /// What the inventory's source says.
    pub fn take_down<F: Real>(c: &Config, i: &mut Inventory<'_, F>) -> Result<Self, Problem> {
        let (h, f) = (c.hidden_size, c.intermediate_size);
        let (q, kv) = (c.heads * c.head_dim, c.kv_heads * c.head_dim);
        let table = i.param("model.embed_tokens.weight", &[c.vocab_size, h])?;
        let mut blocks = Vec::with_capacity(c.layers);
        for n in 0..c.layers {
            let at = |part: &str| format!("model.layers.{n}.{part}");
            blocks.push(Block {
                input_norm: i.param(&at("input_layernorm.weight"), &[h])?,
                q: i.linear(&at("self_attn.q_proj"), [q, h], c.attention_bias)?,
                k: i.linear(&at("self_attn.k_proj"), [kv, h], c.attention_bias)?,
                v: i.linear(&at("self_attn.v_proj"), [kv, h], c.attention_bias)?,
                o: i.linear(&at("self_attn.o_proj"), [h, q], c.attention_bias)?,
                post_norm: i.param(&at("post_attention_layernorm.weight"), &[h])?,
                gate: i.linear(&at("mlp.gate_proj"), [f, h], c.mlp_bias)?,
                up: i.linear(&at("mlp.up_proj"), [f, h], c.mlp_bias)?,
                down: i.linear(&at("mlp.down_proj"), [h, f], c.mlp_bias)?,
            });
        }
        let norm = i.param("model.norm.weight", &[h])?;
        let head = i.head("lm_head", table, c.tied)?;
        Ok(Self { table, blocks, norm, head, heads: c.heads, kv_heads: c.kv_heads, eps: c.norm_eps })
    }

    /// From tokens to the normalised hidden rows the head reads.
    pub fn hidden<'a, F: Real>(&'a self, t: &mut Tape<'a, F>) -> Var {
        let mut x = t.embedding(self.table);
        for block in &self.blocks {
            x = t.block(x, move |t, x| self.block(t, block, x));
        }
        t.rms_norm(x, self.norm, self.eps)
    }

    fn block<F: Real>(&self, t: &mut Tape<'_, F>, block: &Block, x: Var) -> Var {
        let n = t.rms_norm(x, block.input_norm, self.eps);
        let (q, k, v) = (t.linear(n, block.q), t.linear(n, block.k), t.linear(n, block.v));
        let (q, k) = (t.rope(q, self.heads), t.rope(k, self.kv_heads));
        let mixed = t.attention(q, k, v, self.heads, self.kv_heads);
        let branch = t.linear(mixed, block.o);
        let x = t.add(x, branch);

        let n = t.rms_norm(x, block.post_norm, self.eps);
        let (gate, up) = (t.linear(n, block.gate), t.linear(n, block.up));
        let wide = t.swiglu(gate, up);
        let branch = t.linear(wide, block.down);
        t.add(x, branch)
    }
}
