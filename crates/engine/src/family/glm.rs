//! GLM and GLM-4 as transformers names them: rotary positions on pairs of neighbours in the
//! first half of each head, gate and up fused; GLM-4 adds norms after each part.

use super::{Inventory, Norm};
use crate::config::{Config, glm::Keys};
use crate::kernel::Activation;
use crate::net::{ParamId, SiteId};
use crate::real::Real;
use crate::tape::{Heads, Tape, Var};
use karat_types::Problem;

/// What a GLM is made of.
#[derive(Clone, Debug)]
pub struct Glm {
    table: ParamId,
    blocks: Vec<Block>,
    norm: Norm,
    /// Head over the vocabulary.
    pub head: SiteId,
    heads: Heads,
    wide: usize,
    activation: Activation,
}

/// One block.
#[derive(Clone, Debug)]
struct Block {
    input_norm: Norm,
    q: SiteId,
    k: SiteId,
    v: SiteId,
    o: SiteId,
    attention_norm: Option<Norm>,
    post_norm: Norm,
    gate_up: SiteId,
    down: SiteId,
    mlp_norm: Option<Norm>,
}

impl Glm {
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
            let mut after = |name: &str| match keys.norms_after {
                true => i.rms_norm(&at(name), h, c.norm_eps).map(Some),
                false => Ok(None),
            };
            blocks.push(Block {
                attention_norm: after("post_self_attn_layernorm")?,
                mlp_norm: after("post_mlp_layernorm")?,
                input_norm: i.rms_norm(&at("input_layernorm"), h, c.norm_eps)?,
                q: i.linear(&at("self_attn.q_proj"), [q, h], keys.qkv_bias)?,
                k: i.linear(&at("self_attn.k_proj"), [kv, h], keys.qkv_bias)?,
                v: i.linear(&at("self_attn.v_proj"), [kv, h], keys.qkv_bias)?,
                o: i.linear(&at("self_attn.o_proj"), [h, q], false)?,
                post_norm: i.rms_norm(&at("post_attention_layernorm"), h, c.norm_eps)?,
                gate_up: i.linear(&at("mlp.gate_up_proj"), [2 * f, h], false)?,
                down: i.linear(&at("mlp.down_proj"), [h, f], false)?,
            });
        }
        Ok(Self {
            table,
            blocks,
            norm: i.rms_norm("model.norm", h, c.norm_eps)?,
            head: i.head("lm_head", table, c.tied)?,
            heads: Heads::new(c.heads, c.kv_heads),
            wide: f,
            activation: c.activation,
        })
    }

    /// From tokens to the normalised hidden rows the head reads.
    pub fn hidden<'a, F: Real>(&'a self, t: &mut Tape<'a, F>) -> Var {
        let mut x = t.embedding(self.table);
        for block in &self.blocks {
            x = t.block(x, move |t, x| self.block(t, block, x));
        }
        self.norm.apply(t, x)
    }

    fn block<F: Real>(&self, t: &mut Tape<'_, F>, block: &Block, x: Var) -> Var {
        let n = block.input_norm.apply(t, x);
        let [q, k, v] = t.linears(n, [block.q, block.k, block.v]);
        let (q, k) = (t.rope(q, self.heads.heads), t.rope(k, self.heads.kv_heads));
        let mixed = t.attention(q, k, v, &self.heads);
        let mut branch = t.linear(mixed, block.o);
        if let Some(norm) = block.attention_norm {
            branch = norm.apply(t, branch);
        }
        let x = t.add(x, branch);

        let n = block.post_norm.apply(t, x);
        let fused = t.linear(n, block.gate_up);
        let [gate, up] = t.split(fused, 1, [self.wide; 2]);
        let wide = t.glu(gate, up, self.activation);
        let mut branch = t.linear(wide, block.down);
        if let Some(norm) = block.mlp_norm {
            branch = norm.apply(t, branch);
        }
        t.add(x, branch)
    }
}
