//! A tape of coarse differentiable operations.
//!
//! Families compose these operations and nobody writes a backward for a model. A value is
//! a matrix with one row a token. While recording, each operation keeps what its gradient
//! needs; [`Tape::backward`] walks the list from the end. Without recording (evaluation,
//! serving) the values inside a [`Tape::block`] are given back when it ends.

mod backward;
mod batch;
mod linear;
mod loss;
mod moe;
mod ops;
mod parts;
mod pool;

pub use batch::Batch;
pub use moe::{Expert, Experts};
pub use parts::Parts;
pub use pool::Pool;

use crate::config::Rope;
use crate::kernel::{Activation, Attention, Cut, Join, Rotary, Span};
use crate::net::{Grads, Net, ParamId, SiteId};
use crate::real::Real;
use std::sync::Arc;

/// A value on the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Var(usize);

/// The heads of one attention, and how far and how they look back.
#[derive(Clone, Debug)]
pub struct Heads {
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// What the scores are multiplied with; none = 1/√(numbers a head).
    pub scale: Option<f64>,
    /// Sliding window: a query sees itself and the `window` − 1 tokens before it.
    pub window: Option<usize>,
    /// ALiBi, one slope a head.
    pub slopes: Option<Arc<[f32]>>,
}

impl Heads {
    /// Plain causal attention.
    pub fn new(heads: usize, kv_heads: usize) -> Self {
        Self { heads, kv_heads, scale: None, window: None, slopes: None }
    }

    /// The kernel's shape, for queries and values of these widths.
    fn shape<'a>(&'a self, width: usize, value_width: usize, spans: &'a [Span]) -> Attention<'a> {
        let plain = Attention::plain(self.heads, self.kv_heads, width / self.heads, spans);
        Attention {
            value_dim: value_width / self.kv_heads,
            scale: self.scale.unwrap_or(plain.scale),
            window: self.window,
            slopes: self.slopes.as_deref(),
            ..plain
        }
    }
}

/// What made a value, and what its gradient needs besides the inputs.
enum Op<F> {
    Embedding {
        table: ParamId,
    },
    Linear {
        x: Var,
        site: SiteId,
        low: Vec<F>,
    },
    RmsNorm {
        x: Var,
        weight: ParamId,
        inv: Vec<F>,
    },
    /// Took over the buffer of `x`.
    Rope {
        x: Var,
        heads: usize,
    },
    Attention {
        q: Var,
        k: Var,
        v: Var,
        lse: Vec<F>,
        heads: Heads,
    },
    /// A range of columns of every group of columns of `x`.
    Cut {
        x: Var,
        cut: Cut,
    },
    /// The groups of two values side by side.
    Join {
        a: Var,
        b: Var,
        join: Join,
    },
    /// Took over the buffer of `logits`.
    Experts {
        x: Var,
        logits: Var,
        experts: Arc<Experts>,
        routed: Box<moe::Routed<F>>,
    },
    SwiGlu {
        gate: Var,
        up: Var,
    },
    LayerNorm {
        x: Var,
        weights: [ParamId; 2],
        stats: Vec<F>,
    },
    Activate {
        x: Var,
        f: Activation,
    },
    Multiply {
        a: Var,
        b: Var,
    },
    /// Took over the buffer of `x`.
    Positions {
        x: Var,
        table: ParamId,
    },
    /// Took over the buffer of `branch`.
    Add {
        x: Var,
        branch: Var,
    },
    /// The value is the gradient of `x`, known as soon as the loss is.
    Loss {
        x: Var,
        rows: Vec<u32>,
    },
    /// A part of the model that is run again for its gradient: the last of `Tape::again`.
    Block {
        x: Var,
    },
}

/// A part of a model.
type Part<'a, F> = Box<dyn Fn(&mut Tape<'a, F>, Var) -> Var + 'a>;

/// A part that the backward runs once more, and how many attentions came before it.
struct Again<'a, F: Real> {
    part: Part<'a, F>,
    attentions: usize,
}

struct Node<F> {
    value: Vec<F>,
    width: usize,
    op: Op<F>,
    /// Whether anything under it is trained.
    tracked: bool,
}

/// Keys and values of the tokens before this pass, one pair a layer.
pub struct Layers<F> {
    /// (keys, values) of each layer, one row a token.
    pub list: Vec<(Vec<F>, Vec<F>)>,
}

/// How a pass is to be run.
pub struct Pass<'a, F: Real> {
    /// Where gradients go; none = nothing is recorded.
    pub grads: Option<&'a mut Grads<F>>,
    /// Keys and values of earlier tokens, one a sequence or none at all; they grow by this
    /// pass's.
    pub caches: Vec<&'a mut Layers<F>>,
    /// Dropout on the way into adapters.
    pub dropout: f64,
    /// Where the adapters' gradients also go, apart by whose rows they come from.
    pub parts: Option<&'a mut Parts<F>>,
    /// What the gradient of each wanted token is multiplied with; empty = 1 for all.
    pub weights: &'a [F],
    /// Keep only what goes from block to block and run each block again for its gradient.
    pub checkpointing: bool,
}

impl<F: Real> Default for Pass<'_, F> {
    fn default() -> Self {
        Self {
            grads: None,
            caches: Vec::new(),
            dropout: 0.0,
            parts: None,
            weights: &[],
            checkpointing: false,
        }
    }
}

/// The tape of one pass.
pub struct Tape<'a, F: Real> {
    net: &'a Net<F>,
    batch: &'a Batch,
    spans: Vec<Span>,
    angles: (Vec<F>, Vec<F>),
    rope: Option<&'a Rope>,
    pool: &'a mut Pool<F>,
    pass: Pass<'a, F>,
    nodes: Vec<Node<F>>,
    again: Vec<Again<'a, F>>,
    attentions: usize,
}

impl<'a, F: Real> Tape<'a, F> {
    /// An empty tape over a batch, with the rotary positions of a family that has them.
    pub fn new(
        net: &'a Net<F>,
        batch: &'a Batch,
        rope: Option<&'a Rope>,
        pool: &'a mut Pool<F>,
        pass: Pass<'a, F>,
    ) -> Self {
        let angles = rope.map(|rope| batch.angles(rope)).unwrap_or_default();
        let (spans, nodes, again) = (batch.spans(), Vec::new(), Vec::new());
        Self { net, batch, spans, angles, rope, pool, pass, nodes, again, attentions: 0 }
    }

    /// The network.
    pub fn net(&self) -> &'a Net<F> {
        self.net
    }

    /// The numbers of a value.
    pub fn value(&self, var: Var) -> &[F] {
        &self.nodes[var.0].value
    }

    fn recording(&self) -> bool {
        self.pass.grads.is_some()
    }

    fn tracked(&self, var: Var) -> bool {
        self.nodes[var.0].tracked
    }

    fn width(&self, var: Var) -> usize {
        self.nodes[var.0].width
    }

    fn push(&mut self, value: Vec<F>, width: usize, op: Op<F>, tracked: bool) -> Var {
        let tracked = tracked && self.recording();
        self.nodes.push(Node { value, width, op, tracked });
        Var(self.nodes.len() - 1)
    }

    /// Runs a part of the model whose inner values nobody outside needs. Without recording
    /// they are freed at the end; with checkpointing too, and the backward runs the part
    /// again. It does the same arithmetic then, so the gradients have the same bytes.
    pub fn block(&mut self, x: Var, part: impl Fn(&mut Self, Var) -> Var + 'a) -> Var {
        let (first, attentions) = (self.nodes.len(), self.attentions);
        let out = part(self, x);
        if self.recording() && !self.pass.checkpointing {
            return out;
        }
        self.nodes.swap(first, out.0);
        for node in self.nodes.drain(first + 1..) {
            self.pool.give(node.value);
            node.op.give(self.pool);
        }
        if self.recording() {
            let op = std::mem::replace(&mut self.nodes[first].op, Op::Block { x });
            op.give(self.pool);
            self.again.push(Again { part: Box::new(part), attentions });
        } else {
            let old = std::mem::take(&mut self.nodes[x.0].value);
            self.pool.give(old);
        }
        Var(first)
    }

    /// Frees the numbers of a norm or of [`Self::swiglu`] once all linear layers that read
    /// them have; nothing else may. They are computed again for the gradient: a few
    /// multiplications a number, and a third less memory.
    pub fn forget(&mut self, x: Var) {
        if matches!(self.nodes[x.0].op, Op::RmsNorm { .. } | Op::SwiGlu { .. }) {
            let value = std::mem::take(&mut self.nodes[x.0].value);
            self.pool.give(value);
        }
    }

    /// Computes forgotten numbers again.
    fn remember(&mut self, x: Var) {
        let rows = self.batch.len();
        if !self.nodes[x.0].value.is_empty() || rows == 0 {
            return;
        }
        let mut y = self.pool.take(rows * self.width(x));
        let (kernel, value) = (self.net.kernel.as_ref(), |x: Var| &self.nodes[x.0].value[..]);
        match &self.nodes[x.0].op {
            Op::RmsNorm { x, weight, inv } => {
                kernel.rms_norm_again(value(*x), self.net.params.data(*weight), inv, &mut y);
            }
            Op::SwiGlu { gate, up } => kernel.swiglu(value(*gate), value(*up), &mut y),
            _ => {}
        }
        self.nodes[x.0].value = y;
    }

    /// Rows of the embedding table.
    pub fn embedding(&mut self, table: ParamId) -> Var {
        let width = self.net.params.get(table).shape[1];
        let mut y = self.pool.take(self.batch.len() * width);
        let weight = self.net.params.get(table).weight();
        match weight.dense() {
            Some(rows) => self.net.kernel.embed(rows, &self.batch.ids, &mut y),
            None => {
                for (y, &id) in y.chunks_exact_mut(width).zip(&self.batch.ids) {
                    weight.rows(id as usize..id as usize + 1, y);
                }
            }
        }
        self.push(y, width, Op::Embedding { table }, self.net.params.get(table).trained)
    }

    /// Root-mean-square norm of each row, or of each head when the weight is as wide as one.
    pub fn rms_norm(&mut self, x: Var, weight: ParamId, eps: f64) -> Var {
        let width = self.width(x);
        let mut y = self.pool.take(self.batch.len() * width);
        let w = self.net.params.data(weight);
        let mut inv = self.pool.take(y.len() / w.len());
        self.net.kernel.rms_norm(&self.nodes[x.0].value, w, eps, &mut y, &mut inv);
        let tracked = self.tracked(x) || self.net.params.get(weight).trained;
        self.push(y, width, Op::RmsNorm { x, weight, inv }, tracked)
    }

    /// Rotary positions on the first numbers of each head, as many as the family's rotary
    /// positions say; `x` must not be used again.
    pub fn rope(&mut self, x: Var, heads: usize) -> Var {
        let mut value = std::mem::take(&mut self.nodes[x.0].value);
        let (width, tracked) = (self.width(x), self.tracked(x));
        let shape = self.rotary(heads, width);
        self.net.kernel.rope(&mut value, &shape, &self.angles.0, &self.angles.1, false);
        self.push(value, width, Op::Rope { x, heads }, tracked)
    }

    fn rotary(&self, heads: usize, width: usize) -> Rotary {
        let (pairs, interleaved) = self.rope.map_or((0, false), |rope| (rope.dim / 2, rope.interleaved));
        Rotary { heads, head_dim: width / heads, pairs, interleaved }
    }

    /// Cuts each row of a fused projection into `groups` groups, each group into parts of
    /// these widths, and gives the same part of all groups side by side. `x` must not be
    /// used again.
    pub fn split<const N: usize>(&mut self, x: Var, groups: usize, widths: [usize; N]) -> [Var; N] {
        let mut first = 0;
        let parts = widths.map(|taken| {
            let cut = Cut { groups, width: self.width(x) / groups, first, taken };
            first += taken;
            self.cut(x, cut)
        });
        let whole = std::mem::take(&mut self.nodes[x.0].value);
        self.pool.give(whole);
        parts
    }

    /// Each group of `a` with the same group of `b` behind it, or with the only one when `b`
    /// has one; `groups` are those of each. Neither must be used again.
    pub fn join(&mut self, a: Var, b: Var, groups: [usize; 2]) -> Var {
        let (first, second) = (self.width(a) / groups[0], self.width(b) / groups[1]);
        let join = Join { groups: groups[0], first, second, shared: groups[1] < groups[0] };
        let (width, tracked) = (groups[0] * (first + second), self.tracked(a) || self.tracked(b));
        let mut y = self.pool.take(self.batch.len() * width);
        self.net.kernel.join(&self.nodes[a.0].value, &self.nodes[b.0].value, &join, &mut y);
        for part in [a, b] {
            let part = std::mem::take(&mut self.nodes[part.0].value);
            self.pool.give(part);
        }
        self.push(y, width, Op::Join { a, b, join }, tracked)
    }

    fn cut(&mut self, x: Var, cut: Cut) -> Var {
        let (width, tracked) = (cut.groups * cut.taken, self.tracked(x));
        let mut y = self.pool.take(self.batch.len() * width);
        self.net.kernel.cut(&self.nodes[x.0].value, &cut, &mut y);
        self.push(y, width, Op::Cut { x, cut }, tracked)
    }

    /// Causal attention inside each sequence; values may be wider or narrower than keys.
    pub fn attention(&mut self, q: Var, k: Var, v: Var, heads: &Heads) -> Var {
        let (width, key_width, value_width) = (self.width(q), self.width(k), self.width(v));
        let out_width = heads.heads * (value_width / heads.kv_heads);
        let mut out = self.pool.take(self.batch.len() * out_width);
        let mut lse = self.pool.take(self.batch.len() * heads.heads);
        let value = |var: Var| &self.nodes[var.0].value[..];
        let (queries, keys, values, kernel) = (value(q), value(k), value(v), self.net.kernel.as_ref());
        if self.pass.caches.is_empty() {
            let shape = heads.shape(width, value_width, &self.spans);
            kernel.attention(&shape, (queries, keys, values), &mut out, &mut lse);
        }
        for (span, cache) in self.spans.iter().zip(&mut self.pass.caches) {
            let rows = |width: usize| span.query * width..(span.query + span.queries) * width;
            let (all_keys, all_values) = &mut cache.list[self.attentions];
            all_keys.extend_from_slice(&keys[rows(key_width)]);
            all_values.extend_from_slice(&values[rows(value_width)]);
            let keys = all_values.len() / value_width;
            let own = [Span { query: 0, queries: span.queries, key: 0, keys }];
            let (out, lse) = (&mut out[rows(out_width)], &mut lse[rows(heads.heads)]);
            let shape = heads.shape(width, value_width, &own);
            kernel.attention(&shape, (&queries[rows(width)], all_keys, all_values), out, lse);
        }
        self.attentions += 1;
        let tracked = self.tracked(q) || self.tracked(k) || self.tracked(v);
        self.push(out, out_width, Op::Attention { q, k, v, lse, heads: heads.clone() }, tracked)
    }

    /// `silu(gate) · up`.
    pub fn swiglu(&mut self, gate: Var, up: Var) -> Var {
        let width = self.width(gate);
        let mut y = self.pool.take(self.batch.len() * width);
        self.net.kernel.swiglu(&self.nodes[gate.0].value, &self.nodes[up.0].value, &mut y);
        let tracked = self.tracked(gate) || self.tracked(up);
        self.push(y, width, Op::SwiGlu { gate, up }, tracked)
    }

    /// Residual sum; `branch` must not be used again.
    pub fn add(&mut self, x: Var, branch: Var) -> Var {
        let mut value = std::mem::take(&mut self.nodes[branch.0].value);
        self.net.kernel.add(&self.nodes[x.0].value, &mut value);
        let (width, tracked) = (self.width(x), self.tracked(x) || self.tracked(branch));
        self.push(value, width, Op::Add { x, branch }, tracked)
    }
}

impl<F: Real> Drop for Tape<'_, F> {
    fn drop(&mut self) {
        for node in self.nodes.drain(..) {
            self.pool.give(node.value);
            node.op.give(self.pool);
        }
    }
}

impl<F: Real> Op<F> {
    /// Gives what it kept back to the pool.
    fn give(self, pool: &mut Pool<F>) {
        match self {
            Self::Linear { low, .. } => pool.give(low),
            Self::RmsNorm { inv, .. } => pool.give(inv),
            Self::LayerNorm { stats, .. } => pool.give(stats),
            Self::Attention { lse, .. } => pool.give(lse),
            Self::Experts { routed, .. } => routed.give(pool),
            _ => {}
        }
    }
}
