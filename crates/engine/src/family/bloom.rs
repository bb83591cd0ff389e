//! BLOOM: ALiBi instead of positions, a norm on the embeddings, q, k and v fused head by
//! head, GELU by tanh.

use super::{Inventory, Norm};
use crate::config::{Config, bloom::Keys};
use crate::kernel::Activation;
use crate::net::{ParamId, SiteId};
use crate::real::Real;
use crate::tape::{Heads, Tape, Var};
use karat_types::Problem;

/// What a BLOOM is made of.
#[derive(Clone, Debug)]
pub struct Bloom {
    table: ParamId,
    table_norm: Norm,
    blocks: Vec<Block>,
    norm: Norm,
    /// Head over the vocabulary.
    pub head: SiteId,
    heads: Heads,
    head_dim: usize,
    activation: Activation,
    residual_after_norm: bool,
}

/// One block.
#[derive(Clone, Debug)]
struct Block {
    input_norm: Norm,
    qkv: SiteId,
    output: SiteId,
    post_norm: Norm,
    wide: SiteId,
    narrow: SiteId,
}

/// One slope a head: 2^(−8i/n) for the greatest power of two n not above the heads, then
/// every second slope of 2n heads (Press et al. 2022, the authors' `get_slopes`).
fn slopes(heads: usize) -> Vec<f32> {
    let power = 1 << heads.ilog2();
    let slope = |of: usize, i: usize| 2f64.powf(-8.0 * i as f64 / of as f64) as f32;
    let first = (1..=power).map(|i| slope(power, i));
    first.chain((0..heads - power).map(|i| slope(2 * power, 2 * i + 1))).collect()
}

impl Bloom {
    /// Lists the parameters by their names on disk.
    ///
    /// # Errors
    /// What the inventory's source says.
    pub fn take_down<F: Real>(c: &Config, keys: &Keys, i: &mut Inventory<'_, F>) -> Result<Self, Problem> {
        let (h, f) = (c.hidden_size, c.intermediate_size);
        let table = i.table("transformer.word_embeddings.weight", [c.vocab_size, h])?;
        let table_norm = i.layer_norm("transformer.word_embeddings_layernorm", h, c.norm_eps)?;
        let mut blocks = Vec::with_capacity(c.layers);
        for n in 0..c.layers {
            let at = |part: &str| format!("transformer.h.{n}.{part}");
            blocks.push(Block {
                input_norm: i.layer_norm(&at("input_layernorm"), h, c.norm_eps)?,
                qkv: i.linear(&at("self_attention.query_key_value"), [3 * h, h], true)?,
                output: i.linear(&at("self_attention.dense"), [h, h], true)?,
                post_norm: i.layer_norm(&at("post_attention_layernorm"), h, c.norm_eps)?,
                wide: i.linear(&at("mlp.dense_h_to_4h"), [f, h], true)?,
                narrow: i.linear(&at("mlp.dense_4h_to_h"), [h, f], true)?,
            });
        }
        Ok(Self {
            table,
            table_norm,
            blocks,
            norm: i.layer_norm("transformer.ln_f", h, c.norm_eps)?,
            head: i.head("lm_head", table, c.tied)?,
            heads: Heads { slopes: Some(slopes(c.heads).into()), ..Heads::new(c.heads, c.heads) },
            head_dim: c.head_dim,
            activation: c.activation,
            residual_after_norm: keys.residual_after_norm,
        })
    }

    /// From tokens to the normalised hidden rows the head reads.
    pub fn hidden<'a, F: Real>(&'a self, t: &mut Tape<'a, F>) -> Var {
        let tokens = t.embedding(self.table);
        let mut x = self.table_norm.apply(t, tokens);
        for block in &self.blocks {
            x = t.block(x, move |t, x| self.block(t, block, x));
        }
        self.norm.apply(t, x)
    }

    fn block<F: Real>(&self, t: &mut Tape<'_, F>, block: &Block, x: Var) -> Var {
        let n = block.input_norm.apply(t, x);
        let fused = t.linear(n, block.qkv);
        let [q, k, v] = t.split(fused, self.heads.heads, [self.head_dim; 3]);
        let mixed = t.attention(q, k, v, &self.heads);
        let branch = t.linear(mixed, block.output);
        let x = t.add(if self.residual_after_norm { n } else { x }, branch);

        let n = block.post_norm.apply(t, x);
        let wide = t.linear(n, block.wide);
        let bent = t.activate(wide, self.activation);
        let branch = t.linear(bent, block.narrow);
        t.add(if self.residual_after_norm { n } else { x }, branch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_of_heads_that_are_no_power_of_two() {
        assert_eq!(slopes(4), [0.25, 0.0625, 0.015_625, 0.003_906_25]);
        assert_eq!(slopes(6), [0.25, 0.0625, 0.015_625, 0.003_906_25, 0.5, 0.125]);
        assert_eq!(slopes(1), [0.003_906_25]);
    }
}
