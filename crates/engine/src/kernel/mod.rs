//! What a machine must be able to do; the tape asks for nothing else.
//!
//! All matrices are row-major. `cpu` is the working kernel (f32), `reference` the plain
//! one in a fixed order, generic over f32 and f64, against which `cpu` and every gradient
//! are proven.

mod activation;
mod brain;
pub mod cpu;
mod describe;
mod moe;
pub mod reference;

pub use brain::Brain;
pub use cpu::{amx_self_test, set_amx_probe};
pub use describe::{Chosen, describe};
pub use moe::{Gating, Groups, NOBODY, Scoring};

pub use activation::Activation;

use crate::real::Real;
use crate::rng;
use std::ops::Range;

/// A matrix by its strides, so that a transpose costs nothing.
#[derive(Clone, Copy, Debug)]
pub struct Mat<'a, F> {
    /// The numbers.
    pub data: &'a [F],
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// Distance between rows.
    pub row_stride: usize,
    /// Distance between columns.
    pub col_stride: usize,
}

impl<'a, F> Mat<'a, F> {
    /// A dense row-major matrix.
    pub fn new(data: &'a [F], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "a matrix of {rows} × {cols}");
        Self { data, rows, cols, row_stride: cols, col_stride: 1 }
    }

    /// The transpose.
    pub fn t(self) -> Self {
        Self {
            data: self.data,
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
        }
    }
}

/// One sequence inside a batch: which query rows look at which key rows.
///
/// Causal and aligned at the end: the last query sees every key. While training both
/// ranges are the same; with a cache there are more keys than queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First query row.
    pub query: usize,
    /// Number of query rows.
    pub queries: usize,
    /// First key row.
    pub key: usize,
    /// Number of key rows, at least `queries`.
    pub keys: usize,
}

impl Span {
    /// How many keys query number `i` of the span may see.
    pub fn visible(&self, i: usize) -> usize {
        self.keys - self.queries + i + 1
    }
}

/// The shape of causal attention with grouped queries.
#[derive(Clone, Debug)]
pub struct Attention<'a> {
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// Numbers a head of queries and keys.
    pub head_dim: usize,
    /// Numbers a head of values and of what comes out.
    pub value_dim: usize,
    /// What the scores are multiplied with, usually 1/√head_dim.
    pub scale: f64,
    /// A query sees itself and the `window` − 1 keys before it; none = all before it.
    pub window: Option<usize>,
    /// ALiBi, one a head: the score of a key `n` tokens back is lowered by `n` times this.
    pub slopes: Option<&'a [f32]>,
    /// The sequences.
    pub spans: &'a [Span],
}

impl<'a> Attention<'a> {
    /// Plain causal attention: values as wide as keys, scores times 1/√d, no window.
    pub fn plain(heads: usize, kv_heads: usize, head_dim: usize, spans: &'a [Span]) -> Self {
        let scale = 1.0 / (head_dim as f64).sqrt();
        Self { heads, kv_heads, head_dim, value_dim: head_dim, scale, window: None, slopes: None, spans }
    }

    /// Which keys of the span, counted from its first, query number `i` of it sees.
    pub fn sees(&self, span: &Span, i: usize) -> Range<usize> {
        let end = span.visible(i);
        self.window.map_or(0, |window| end.saturating_sub(window))..end
    }
}

/// Which numbers of a row rotary positions turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotary {
    /// Heads a row.
    pub heads: usize,
    /// Numbers a head.
    pub head_dim: usize,
    /// Pairs a head that turn: the first 2 · `pairs` numbers of it; the rest stays.
    pub pairs: usize,
    /// Whether a pair is (2i, 2i + 1) instead of (i, i + pairs).
    pub interleaved: bool,
}

/// A row cut into groups, and a range of columns cut out of every group: how fused
/// projections come apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Groups a row.
    pub groups: usize,
    /// Numbers a group.
    pub width: usize,
    /// First number taken of each group.
    pub first: usize,
    /// How many are taken of each.
    pub taken: usize,
}

/// What the backward of attention reads.
pub struct AttentionSaved<'a, F> {
    /// Queries, keys, values.
    pub q: &'a [F],
    /// Keys.
    pub k: &'a [F],
    /// Values.
    pub v: &'a [F],
    /// What came out.
    pub out: &'a [F],
    /// log Σ exp of each (query row, head).
    pub lse: &'a [F],
}

/// What the backward of attention adds to.
pub struct AttentionGrads<'a, F> {
    /// Gradient of the queries.
    pub dq: &'a mut [F],
    /// Gradient of the keys.
    pub dk: &'a mut [F],
    /// Gradient of the values.
    pub dv: &'a mut [F],
}

/// A dropout mask that is a function of (seed, step, row, layer) and nothing else:
/// no order of work and no neighbour in the batch changes it.
#[derive(Clone, Debug)]
pub struct Dropout<'a> {
    /// Probability of dropping a number.
    pub p: f64,
    /// Key of the layer; mixed with each token's key.
    pub layer: u64,
    /// One key a token.
    pub tokens: &'a [u64],
}

impl Dropout<'_> {
    /// Calls `kept(column, whether)` for each column of a token.
    #[inline]
    pub fn each(&self, token: usize, width: usize, mut kept: impl FnMut(usize, bool)) {
        let threshold = (self.p * 65_536.0) as u64;
        let seed = rng::key(&[self.tokens[token], self.layer]);
        for first in (0..width).step_by(4) {
            let bits = rng::mix(seed.wrapping_add((first as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            for lane in 0..4.min(width - first) {
                kept(first + lane, (bits >> (16 * lane)) & 0xffff >= threshold);
            }
        }
    }

    /// What a kept number is multiplied with, so that the expectation stays.
    pub fn scale(&self) -> f64 {
        65_536.0 / (65_536.0 - (self.p * 65_536.0).floor())
    }
}

/// One AdamW update, its factors worked out for the step.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// What the weights are multiplied with first: 1 − lr · decay.
    pub keep: f64,
    /// β₁, β₂.
    pub beta: (f64, f64),
    /// lr / (1 − β₁ᵗ).
    pub rate: f64,
    /// √(1 − β₂ᵗ).
    pub root: f64,
    /// ε.
    pub eps: f64,
    /// What the gradients are multiplied with: the clipping.
    pub scale: f64,
}

/// Two values of the same groups put side by side, group by group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join {
    /// Groups a row.
    pub groups: usize,
    /// Numbers a group of the first value.
    pub first: usize,
    /// Numbers a group of the second.
    pub second: usize,
    /// Whether the second has one group for all of the first's.
    pub shared: bool,
}

/// A weight (out × in) whose numbers are decoded a part at a time.
pub trait Panels<F>: Sync {
    /// The numbers at rows × columns of the weight, row-major, into `out`.
    fn decode(&self, rows: Range<usize>, cols: Range<usize>, out: &mut [F]);
}

/// Rows of a weight the plain kernel decodes at once.
const PANEL_ROWS: usize = 64;

/// The operations. "Adds to" means the output is read first; otherwise it is overwritten.
pub trait Kernel<F: Real>: Send + Sync {
    /// `c = α·a·b`, or `c += α·a·b`; `c` is dense, a.rows × b.cols.
    fn matmul(&self, alpha: F, a: Mat<'_, F>, b: Mat<'_, F>, accumulate: bool, c: &mut [F]);

    /// `y = x / √(mean x² + ε) · w` row by row; keeps `1/√…` of each row.
    fn rms_norm(&self, x: &[F], w: &[F], eps: f64, y: &mut [F], inv: &mut [F]);

    /// The same `y` from the `1/√…` that were kept.
    fn rms_norm_again(&self, x: &[F], w: &[F], inv: &[F], y: &mut [F]) {
        let rows = x.chunks_exact(w.len()).zip(y.chunks_exact_mut(w.len()));
        for ((x, y), &inv) in rows.zip(inv) {
            for ((y, &x), &w) in y.iter_mut().zip(x).zip(w) {
                *y = x * inv * w;
            }
        }
    }

    /// Adds to `dx`, and to `dw` when the weight is trained.
    fn rms_norm_backward(&self, saved: (&[F], &[F], &[F]), dy: &[F], dx: &mut [F], dw: Option<&mut [F]>);

    /// `y = (x − mean) / √(variance + ε) · w + b` row by row; keeps mean and `1/√…` of each.
    fn layer_norm(&self, x: &[F], weights: (&[F], &[F]), eps: f64, y: &mut [F], stats: &mut [F]);

    /// Adds to `dx`, and to the gradients of weight and bias when they are trained; `saved`
    /// is (x, weight, stats).
    fn layer_norm_backward(
        &self,
        saved: (&[F], &[F], &[F]),
        dy: &[F],
        dx: &mut [F],
        dweights: (Option<&mut [F]>, Option<&mut [F]>),
    );

    /// Turns each pair of each head by the angle of its token, in place, or takes the
    /// gradient back through it; `cos` and `sin` hold one number a pair and token.
    fn rope(&self, x: &mut [F], shape: &Rotary, cos: &[F], sin: &[F], back: bool);

    /// Causal attention; keeps log Σ exp of each (row, head).
    fn attention(&self, shape: &Attention<'_>, qkv: (&[F], &[F], &[F]), out: &mut [F], lse: &mut [F]);

    /// Adds to the three gradients.
    fn attention_backward(
        &self,
        shape: &Attention<'_>,
        saved: &AttentionSaved<'_, F>,
        dout: &[F],
        grads: AttentionGrads<'_, F>,
    );

    /// `y = silu(gate) · up`.
    fn swiglu(&self, gate: &[F], up: &[F], y: &mut [F]);

    /// Turns `gate` and `up` into their gradients, in place.
    fn swiglu_backward(&self, gate: &mut [F], up: &mut [F], dy: &[F]);

    /// `y = f(x)`.
    fn activate(&self, f: Activation, x: &[F], y: &mut [F]);

    /// Turns `x` into its gradient, in place.
    fn activate_backward(&self, f: Activation, x: &mut [F], dy: &[F]);

    /// `y = a · b`.
    fn multiply(&self, a: &[F], b: &[F], y: &mut [F]);

    /// Turns `a` and `b` into their gradients, in place.
    fn multiply_backward(&self, a: &mut [F], b: &mut [F], dy: &[F]);

    /// `y += x`.
    fn add(&self, x: &[F], y: &mut [F]);

    /// `y = mask(x)`, or `y += mask(x)`; `x` has one row a token.
    fn dropout(&self, mask: &Dropout<'_>, x: &[F], accumulate: bool, y: &mut [F]);

    /// Negative log-likelihood of each row's target. With a `scale`, the logits become
    /// `scale · (softmax − one-hot)`.
    fn cross_entropy(&self, logits: &mut [F], targets: &[u32], scale: Option<F>, nats: &mut [F]);

    /// AdamW: moves both moments and the weights.
    fn adamw(&self, update: &Update, grad: &[F], first: &mut [F], second: &mut [F], weights: &mut [F]);

    /// Whether weights lie in this processor's memory, so that few rows are best multiplied
    /// straight from them ([`crate::quant::few`]).
    fn streams(&self) -> bool {
        false
    }

    /// `y = x·Wᵀ` for a weight (`shape` is out × in) that is never decoded as a whole;
    /// `x` comes with its number of rows.
    fn multiply_panels(
        &self,
        w: &dyn Panels<F>,
        [outs, ins]: [usize; 2],
        (x, rows): (&[F], usize),
        y: &mut [F],
    ) {
        let (mut panel, mut part) = (vec![F::ZERO; PANEL_ROWS * ins], vec![F::ZERO; PANEL_ROWS * rows]);
        for first in (0..outs).step_by(PANEL_ROWS) {
            let n = PANEL_ROWS.min(outs - first);
            let (panel, part) = (&mut panel[..n * ins], &mut part[..n * rows]);
            w.decode(first..first + n, 0..ins, panel);
            self.matmul(F::ONE, Mat::new(x, rows, ins), Mat::new(panel, n, ins).t(), false, part);
            for (y, part) in y.chunks_exact_mut(outs).zip(part.chunks_exact(n)) {
                y[first..first + n].copy_from_slice(part);
            }
        }
    }

    /// `dx = dy·W`, or added, for such a weight.
    fn multiply_panels_transposed(
        &self,
        w: &dyn Panels<F>,
        [outs, ins]: [usize; 2],
        (dy, rows): (&[F], usize),
        add: bool,
        dx: &mut [F],
    ) {
        let mut panel = vec![F::ZERO; PANEL_ROWS * ins];
        for first in (0..outs).step_by(PANEL_ROWS) {
            let n = PANEL_ROWS.min(outs - first);
            let panel = &mut panel[..n * ins];
            w.decode(first..first + n, 0..ins, panel);
            let part = Mat { data: &dy[first..], rows, cols: n, row_stride: outs, col_stride: 1 };
            self.matmul(F::ONE, part, Mat::new(panel, n, ins), add || first > 0, dx);
        }
    }

    /// `c = a·b`, or added, with `a` (and its number of rows) rounded to bf16 and sums in the
    /// kernel's own numbers.
    fn multiply_brain(&self, b: &Brain, a: (&[F], usize), add: bool, c: &mut [F]) {
        brain::plain(b, a, add, c);
    }

    /// `y[t] = table[ids[t]]`.
    fn embed(&self, table: &[F], ids: &[u32], y: &mut [F]) {
        let width = y.len() / ids.len();
        for (row, &id) in y.chunks_exact_mut(width).zip(ids) {
            row.copy_from_slice(&table[id as usize * width..][..width]);
        }
    }

    /// `dtable[ids[t]] += dy[t]`, in the order of the tokens.
    fn embed_backward(&self, ids: &[u32], dy: &[F], dtable: &mut [F]) {
        let width = dy.len() / ids.len();
        for (row, &id) in dy.chunks_exact(width).zip(ids) {
            self.add(row, &mut dtable[id as usize * width..][..width]);
        }
    }

    /// `y` = the columns cut out of `x`, one group after the other.
    fn cut(&self, x: &[F], cut: &Cut, y: &mut [F]) {
        for (group, part) in x.chunks_exact(cut.width).zip(y.chunks_exact_mut(cut.taken)) {
            part.copy_from_slice(&group[cut.first..][..cut.taken]);
        }
    }

    /// `y` = the groups of `a` and `b` side by side, group by group.
    fn join(&self, a: &[F], b: &[F], join: &Join, y: &mut [F]) {
        let Join { groups, first, second, shared } = *join;
        for (i, group) in y.chunks_exact_mut(first + second).enumerate() {
            let from = if shared { i / groups } else { i };
            group[..first].copy_from_slice(&a[i * first..][..first]);
            group[first..].copy_from_slice(&b[from * second..][..second]);
        }
    }

    /// Writes the gradient of `a` and adds to that of `b`.
    fn join_backward(&self, dy: &[F], join: &Join, da: &mut [F], db: &mut [F]) {
        let Join { groups, first, second, shared } = *join;
        for (i, group) in dy.chunks_exact(first + second).enumerate() {
            let to = if shared { i / groups } else { i };
            da[i * first..][..first].copy_from_slice(&group[..first]);
            self.add(&group[first..], &mut db[to * second..][..second]);
        }
    }

    /// Tokens choose experts: `logits` (tokens × experts) become scores; `picks` and `weights`
    /// (tokens × chosen) are written, best first.
    fn route(
        &self,
        gating: &Gating,
        logits: &mut [F],
        bias: Option<&[F]>,
        picks: &mut [u32],
        weights: &mut [F],
    ) {
        gating.route(logits, bias, picks, weights);
    }

    /// From the gradient of the weights to that of the logits, which is written.
    fn route_backward(
        &self,
        gating: &Gating,
        scores: &[F],
        picks: &[u32],
        dweights: &[F],
        dlogits: &mut [F],
    ) {
        gating.route_backward(scores, picks, dweights, dlogits);
    }

    /// Multiplies each row of `x` with its factor.
    fn scale_rows(&self, factors: &[F], x: &mut [F]) {
        let width = x.len() / factors.len();
        for (row, &factor) in x.chunks_exact_mut(width).zip(factors) {
            row.iter_mut().for_each(|x| *x *= factor);
        }
    }

    /// `y` = the product of each row of `a` with the same row of `b`.
    fn dot_rows(&self, a: &[F], b: &[F], y: &mut [F]) {
        let width = a.len() / y.len();
        for ((a, b), y) in a.chunks_exact(width).zip(b.chunks_exact(width)).zip(y) {
            *y = a.iter().zip(b).fold(F::ZERO, |sum, (&a, &b)| sum + a * b);
        }
    }

    /// Adds the gradient of the cut columns to theirs.
    fn cut_backward(&self, dy: &[F], cut: &Cut, dx: &mut [F]) {
        for (part, group) in dy.chunks_exact(cut.taken).zip(dx.chunks_exact_mut(cut.width)) {
            self.add(part, &mut group[cut.first..][..cut.taken]);
        }
    }

    /// Adds the bias to each row.
    fn add_bias(&self, bias: &[F], y: &mut [F]) {
        y.chunks_exact_mut(bias.len()).for_each(|row| self.add(bias, row));
    }

    /// Adds each row of the gradient to the bias's.
    fn bias_backward(&self, dy: &[F], dbias: &mut [F]) {
        dy.chunks_exact(dbias.len()).for_each(|row| self.add(row, dbias));
    }
}
