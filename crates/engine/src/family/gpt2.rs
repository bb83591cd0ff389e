//! GPT-2: learned positions, layer norms before each part, fused q, k and v, GELU by tanh.
//! Its linear layers are stored as inputs × outputs.

use super::{Inventory, Norm};
use crate::config::{Config, gpt2::Keys};
use crate::kernel::Activation;
use crate::net::{ParamId, SiteId};
use crate::real::Real;
use crate::tape::{Heads, Tape, Var};
use karat_types::Problem;

/// What a GPT-2 is made of.
#[derive(Clone, Debug)]
pub struct Gpt2 {
    table: ParamId,
    positions: ParamId,
    blocks: Vec<Block>,
    norm: Norm,
    /// Head over the vocabulary.
    pub head: SiteId,
    width: usize,
    activation: Activation,
}

/// One block.
#[derive(Clone, Debug)]
struct Block {
    first_norm: Norm,
    qkv: SiteId,
    heads: Heads,
    output: SiteId,
    second_norm: Norm,
    wide: SiteId,
    narrow: SiteId,
}

impl Gpt2 {
    /// Lists the parameters by their names on disk.
    ///
    /// # Errors
    /// What the inventory's source says.
    pub fn take_down<F: Real>(c: &Config, keys: &Keys, i: &mut Inventory<'_, F>) -> Result<Self, Problem> {
        let (h, f) = (c.hidden_size, c.intermediate_size);
        let table = i.table("transformer.wte.weight", [c.vocab_size, h])?;
        let positions = i.param("transformer.wpe.weight", &[c.context, h])?;
        let mut blocks = Vec::with_capacity(c.layers);
        for n in 0..c.layers {
            let at = |part: &str| format!("transformer.h.{n}.{part}");
            let scale = if keys.scaled { 1.0 / (c.head_dim as f64).sqrt() } else { 1.0 };
            let scale = if keys.by_layer { scale / (n + 1) as f64 } else { scale };
            blocks.push(Block {
                first_norm: i.layer_norm(&at("ln_1"), h, c.norm_eps)?,
                qkv: i.conv(&at("attn.c_attn"), [3 * h, h])?,
                heads: Heads { scale: Some(scale), ..Heads::new(c.heads, c.heads) },
                output: i.conv(&at("attn.c_proj"), [h, h])?,
                second_norm: i.layer_norm(&at("ln_2"), h, c.norm_eps)?,
                wide: i.conv(&at("mlp.c_fc"), [f, h])?,
                narrow: i.conv(&at("mlp.c_proj"), [h, f])?,
            });
        }
        let norm = i.layer_norm("transformer.ln_f", h, c.norm_eps)?;
        let head = i.head("lm_head", table, c.tied)?;
        Ok(Self { table, positions, blocks, norm, head, width: h, activation: c.activation })
    }

    /// From tokens to the normalised hidden rows the head reads.
    pub fn hidden<'a, F: Real>(&'a self, t: &mut Tape<'a, F>) -> Var {
        let tokens = t.embedding(self.table);
        let mut x = t.positions(tokens, self.positions);
        for block in &self.blocks {
            x = t.block(x, move |t, x| self.block(t, block, x));
        }
        self.norm.apply(t, x)
    }

    fn block<F: Real>(&self, t: &mut Tape<'_, F>, block: &Block, x: Var) -> Var {
        let n = block.first_norm.apply(t, x);
        let fused = t.linear(n, block.qkv);
        let [q, k, v] = t.split(fused, 1, [self.width; 3]);
        let mixed = t.attention(q, k, v, &block.heads);
        let branch = t.linear(mixed, block.output);
        let x = t.add(x, branch);

        let n = block.second_norm.apply(t, x);
        let wide = t.linear(n, block.wide);
        let bent = t.activate(wide, self.activation);
        let branch = t.linear(bent, block.narrow);
        t.add(x, branch)
    }
}
