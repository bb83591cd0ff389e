//! LLaMA: RMS norms before each part, rotary positions, grouped queries, SwiGLU.
//! Mistral adds a sliding window, Qwen2 biases on q, k and v, Qwen3 a norm on each head of
//! q and k instead.

use super::Inventory;
use crate::config::{Config, llama::Keys};
use crate::kernel::Activation;
use crate::net::{ParamId, SiteId};
use crate::real::Real;
use crate::tape::{Heads, Tape, Var};
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
    eps: f64,
    activation: Activation,
}

/// One block: attention, then feed-forward, each behind a norm and a residual sum.
#[derive(Clone, Debug)]
pub struct Block {
    input_norm: ParamId,
    q: SiteId,
    k: SiteId,
    v: SiteId,
    qk_norm: Option<(ParamId, ParamId)>,
    heads: Heads,
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
    pub fn take_down<F: Real>(c: &Config, keys: &Keys, i: &mut Inventory<'_, F>) -> Result<Self, Problem> {
        let (h, f) = (c.hidden_size, c.intermediate_size);
        let (q, kv) = (c.heads * c.head_dim, c.kv_heads * c.head_dim);
        let table = i.table("model.embed_tokens.weight", [c.vocab_size, h])?;
        let mut blocks = Vec::with_capacity(c.layers);
        for n in 0..c.layers {
            let at = |part: &str| format!("model.layers.{n}.{part}");
            let qk_norm = match keys.qk_norm {
                true => Some((
                    i.param(&at("self_attn.q_norm.weight"), &[c.head_dim])?,
                    i.param(&at("self_attn.k_norm.weight"), &[c.head_dim])?,
                )),
                false => None,
            };
            blocks.push(Block {
                qk_norm,
                heads: Heads { window: keys.windows[n], ..Heads::new(c.heads, c.kv_heads) },
                input_norm: i.param(&at("input_layernorm.weight"), &[h])?,
                q: i.linear(&at("self_attn.q_proj"), [q, h], keys.qkv_bias)?,
                k: i.linear(&at("self_attn.k_proj"), [kv, h], keys.qkv_bias)?,
                v: i.linear(&at("self_attn.v_proj"), [kv, h], keys.qkv_bias)?,
                o: i.linear(&at("self_attn.o_proj"), [h, q], keys.output_bias)?,
                post_norm: i.param(&at("post_attention_layernorm.weight"), &[h])?,
                gate: i.linear(&at("mlp.gate_proj"), [f, h], keys.mlp_bias)?,
                up: i.linear(&at("mlp.up_proj"), [f, h], keys.mlp_bias)?,
                down: i.linear(&at("mlp.down_proj"), [h, f], keys.mlp_bias)?,
            });
        }
        let norm = i.param("model.norm.weight", &[h])?;
        let head = i.head("lm_head", table, c.tied)?;
        Ok(Self { table, blocks, norm, head, eps: c.norm_eps, activation: c.activation })
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
        let [mut q, mut k, v] = t.linears(n, [block.q, block.k, block.v]);
        t.forget(n);
        if let Some((q_norm, k_norm)) = block.qk_norm {
            (q, k) = (t.rms_norm(q, q_norm, self.eps), t.rms_norm(k, k_norm, self.eps));
        }
        let (q, k) = (t.rope(q, block.heads.heads), t.rope(k, block.heads.kv_heads));
        let mixed = t.attention(q, k, v, &block.heads);
        let branch = t.linear(mixed, block.o);
        let x = t.add(x, branch);

        let n = t.rms_norm(x, block.post_norm, self.eps);
        let [gate, up] = t.linears(n, [block.gate, block.up]);
        t.forget(n);
        let wide = t.glu(gate, up, self.activation);
        let branch = t.linear(wide, block.down);
        t.forget(wide);
        t.add(x, branch)
    }
}
