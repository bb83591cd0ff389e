//! DeepSeek-V2 and V3: attention over a latent of keys and values, feed-forward parts made
//! of experts.
//!
//! While generating, whole keys and values are cached, not the latent.

use super::Inventory;
use crate::config::Config;
use crate::config::deepseek::{Keys, Moe};
use crate::net::{ParamId, SiteId};
use crate::real::Real;
use crate::tape::{Expert, Experts, Heads, Tape, Var};
use karat_types::Problem;
use std::sync::Arc;

/// ε of the norms inside attention, whatever config.json says (as in transformers).
const LATENT_EPS: f64 = 1e-6;

/// What a DeepSeek is made of.
#[derive(Clone, Debug)]
pub struct Deepseek {
    /// Token embeddings.
    pub table: ParamId,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Last norm.
    pub norm: ParamId,
    /// Head over the vocabulary.
    pub head: SiteId,
    heads: Heads,
    keys: Keys,
    eps: f64,
}

/// One block: attention, then feed-forward, each behind a norm and a residual sum.
#[derive(Clone, Debug)]
pub struct Block {
    input_norm: ParamId,
    query: Query,
    kv_a: SiteId,
    kv_norm: ParamId,
    kv_b: SiteId,
    o: SiteId,
    post_norm: ParamId,
    feed_forward: FeedForward,
}

/// Where queries come from.
#[derive(Clone, Debug)]
enum Query {
    Straight(SiteId),
    Latent { a: SiteId, norm: ParamId, b: SiteId },
}

#[derive(Clone, Copy, Debug)]
struct Mlp {
    gate: SiteId,
    up: SiteId,
    down: SiteId,
}

#[derive(Clone, Debug)]
enum FeedForward {
    Dense(Mlp),
    Sparse { router: SiteId, experts: Arc<Experts>, shared: Option<Mlp> },
}

impl Deepseek {
    /// Lists the parameters by their names on disk.
    ///
    /// # Errors
    /// What the inventory's source says.
    pub fn take_down<F: Real>(c: &Config, k: &Keys, i: &mut Inventory<'_, F>) -> Result<Self, Problem> {
        let h = c.hidden_size;
        let table = i.table("model.embed_tokens.weight", [c.vocab_size, h])?;
        let blocks = (0..c.layers).map(|n| Block::take_down(c, k, n, i)).collect::<Result<_, _>>()?;
        let norm = i.param("model.norm.weight", &[h])?;
        let head = i.head("lm_head", table, c.tied)?;
        let heads = Heads { scale: Some(k.scale), ..Heads::new(c.heads, c.heads) };
        Ok(Self { table, blocks, norm, head, heads, keys: k.clone(), eps: c.norm_eps })
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
        let mixed = self.attention(t, block, n);
        let branch = t.linear(mixed, block.o);
        let x = t.add(x, branch);

        let n = t.rms_norm(x, block.post_norm, self.eps);
        let branch = block.feed_forward.run(t, n);
        t.add(x, branch)
    }

    /// Queries and keys have a part that turns with the position and one that stands still;
    /// the turning part of the keys is one for all heads.
    fn attention<F: Real>(&self, t: &mut Tape<'_, F>, block: &Block, n: Var) -> Var {
        let (k, heads) = (&self.keys, self.heads.heads);
        let q = match block.query {
            Query::Straight(site) => t.linear(n, site),
            Query::Latent { a, norm, b } => {
                let low = t.linear(n, a);
                let low = t.rms_norm(low, norm, LATENT_EPS);
                t.linear(low, b)
            }
        };
        let [q_still, q_turned] = t.split(q, heads, [k.still, k.turned]);
        let low = t.linear(n, block.kv_a);
        let [latent, k_turned] = t.split(low, 1, [k.latent, k.turned]);
        let latent = t.rms_norm(latent, block.kv_norm, LATENT_EPS);
        let kv = t.linear(latent, block.kv_b);
        let [k_still, v] = t.split(kv, heads, [k.still, k.value_dim]);
        let (q_turned, k_turned) = (t.rope(q_turned, heads), t.rope(k_turned, 1));
        let (q, k) = (t.join(q_still, q_turned, [heads, heads]), t.join(k_still, k_turned, [heads, 1]));
        t.attention(q, k, v, &self.heads)
    }
}

impl Block {
    fn take_down<F: Real>(c: &Config, k: &Keys, n: usize, i: &mut Inventory<'_, F>) -> Result<Self, Problem> {
        let h = c.hidden_size;
        let (q, bias) = (c.heads * (k.still + k.turned), k.attention_bias);
        let at = |part: &str| format!("model.layers.{n}.{part}");
        let query = match k.query_latent {
            None => Query::Straight(i.linear(&at("self_attn.q_proj"), [q, h], false)?),
            Some(low) => Query::Latent {
                a: i.linear(&at("self_attn.q_a_proj"), [low, h], bias)?,
                norm: i.param(&at("self_attn.q_a_layernorm.weight"), &[low])?,
                b: i.linear(&at("self_attn.q_b_proj"), [q, low], false)?,
            },
        };
        let kv = c.heads * (k.still + k.value_dim);
        Ok(Self {
            input_norm: i.param(&at("input_layernorm.weight"), &[h])?,
            query,
            kv_a: i.linear(&at("self_attn.kv_a_proj_with_mqa"), [k.latent + k.turned, h], bias)?,
            kv_norm: i.param(&at("self_attn.kv_a_layernorm.weight"), &[k.latent])?,
            kv_b: i.linear(&at("self_attn.kv_b_proj"), [kv, k.latent], false)?,
            o: i.linear(&at("self_attn.o_proj"), [h, c.heads * k.value_dim], bias)?,
            post_norm: i.param(&at("post_attention_layernorm.weight"), &[h])?,
            feed_forward: match &k.moe {
                Some(moe) if k.sparse[n] => FeedForward::sparse(&at("mlp"), (moe, h, k.mlp_bias), i)?,
                _ => FeedForward::Dense(Mlp::take_down(&at("mlp"), [c.intermediate_size, h], k.mlp_bias, i)?),
            },
        })
    }
}

impl Mlp {
    fn take_down<F: Real>(
        at: &str,
        [inner, h]: [usize; 2],
        bias: bool,
        i: &mut Inventory<'_, F>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            gate: i.linear(&format!("{at}.gate_proj"), [inner, h], bias)?,
            up: i.linear(&format!("{at}.up_proj"), [inner, h], bias)?,
            down: i.linear(&format!("{at}.down_proj"), [h, inner], bias)?,
        })
    }

    fn run<F: Real>(self, t: &mut Tape<'_, F>, n: Var) -> Var {
        let [gate, up] = t.linears(n, [self.gate, self.up]);
        let wide = t.swiglu(gate, up);
        t.linear(wide, self.down)
    }
}

impl FeedForward {
    fn sparse<F: Real>(
        at: &str,
        (moe, h, bias): (&Moe, usize, bool),
        i: &mut Inventory<'_, F>,
    ) -> Result<Self, Problem> {
        let count = moe.gating.experts;
        let router = i.router(&format!("{at}.gate"), [count, h])?;
        let choice_bias = format!("{at}.gate.e_score_correction_bias");
        let bias_id = if moe.choice_bias { Some(i.fixed(&choice_bias, &[count])?) } else { None };
        let list = (0..count).map(|e| {
            let part = |part: &str| format!("{at}.experts.{e}.{part}_proj");
            Ok(Expert {
                gate: i.alone(&part("gate"), [moe.inner, h])?,
                up: i.alone(&part("up"), [moe.inner, h])?,
                down: i.alone(&part("down"), [h, moe.inner])?,
            })
        });
        let experts = Experts {
            list: list.collect::<Result<_, Problem>>()?,
            gating: moe.gating.clone(),
            bias: bias_id,
        };
        let shared = match moe.shared {
            0 => None,
            inner => Some(Mlp::take_down(&format!("{at}.shared_experts"), [inner, h], bias, i)?),
        };
        Ok(Self::Sparse { router, experts: Arc::new(experts), shared })
    }

    fn run<F: Real>(&self, t: &mut Tape<'_, F>, n: Var) -> Var {
        match self {
            Self::Dense(mlp) => mlp.run(t, n),
            Self::Sparse { router, experts, shared } => {
                let logits = t.linear(n, *router);
                let chosen = t.experts(n, logits, experts);
                match shared {
                    None => chosen,
                    Some(shared) => {
                        let everybody = shared.run(t, n);
                        t.add(chosen, everybody)
                    }
                }
            }
        }
    }
}
