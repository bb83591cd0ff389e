//! The inner loops over rows, written in lanes so that they vectorise.

use super::simd::{exp, simd};
use crate::kernel::{Dropout, Rotary, Update, brain};

/// Partial sums kept side by side; a fixed order whatever the vector width.
pub(super) const LANES: usize = 32;

#[inline(always)]
pub(super) fn fold_lanes(mut lanes: [f32; LANES], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            lanes[i] = join(lanes[i], lanes[i + width]);
        }
    }
    lanes[0]
}

#[inline(always)]
fn dot_lanes(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let (a_blocks, b_blocks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let (a_rest, b_rest) = (a_blocks.remainder(), b_blocks.remainder());
    for (a, b) in a_blocks.zip(b_blocks) {
        for i in 0..LANES {
            lanes[i] += a[i] * b[i];
        }
    }
    for (i, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        lanes[i] += a * b;
    }
    fold_lanes(lanes, |a, b| a + b)
}

#[inline(always)]
fn max_lanes(x: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let blocks = x.chunks_exact(LANES);
    for (i, &x) in blocks.remainder().iter().enumerate() {
        lanes[i] = x;
    }
    for block in blocks {
        for i in 0..LANES {
            lanes[i] = if block[i] > lanes[i] { block[i] } else { lanes[i] };
        }
    }
    fold_lanes(lanes, |a, b| if b > a { b } else { a })
}

/// Turns `x` into exp(x − shift) and returns the sum.
#[inline(always)]
fn exp_lanes(x: &mut [f32], shift: f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let mut blocks = x.chunks_exact_mut(LANES);
    for block in blocks.by_ref() {
        for i in 0..LANES {
            block[i] = exp(block[i] - shift);
            lanes[i] += block[i];
        }
    }
    for (i, x) in blocks.into_remainder().iter_mut().enumerate() {
        *x = exp(*x - shift);
        lanes[i] += *x;
    }
    fold_lanes(lanes, |a, b| a + b)
}

/// Σ aᵢ·bᵢ for short rows: fewer partial sums, so that adding them up costs less.
#[inline(always)]
fn dot_short(a: &[f32], b: &[f32]) -> f32 {
    const SHORT: usize = 16;
    let mut lanes = [0.0f32; SHORT];
    let (a_blocks, b_blocks) = (a.chunks_exact(SHORT), b.chunks_exact(SHORT));
    let rest = a_blocks.remainder().iter().zip(b_blocks.remainder());
    for (lane, (a, b)) in lanes.iter_mut().zip(rest) {
        *lane = a * b;
    }
    for (a, b) in a_blocks.zip(b_blocks) {
        for i in 0..SHORT {
            lanes[i] += a[i] * b[i];
        }
    }
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
    }
    lanes[0]
}

simd! {
    /// `scores[j] = scale · q·k[j]`, the rows of k `stride` apart.
    fn scores(q: &[f32], k: &[f32], stride: usize, scale: f32, scores: &mut [f32]) {
        for (j, score) in scores.iter_mut().enumerate() {
            *score = scale * dot_short(q, &k[j * stride..][..q.len()]);
        }
    }
}

simd! {
    /// `out = Σ p[j]·v[j]`, the rows of v `stride` apart; 64 sums at a time stay in vectors.
    fn mix(p: &[f32], v: &[f32], stride: usize, out: &mut [f32]) {
        const WIDE: usize = 64;
        for (i, out) in out.chunks_mut(WIDE).enumerate() {
            let mut sums = [0.0f32; WIDE];
            if out.len() == WIDE {
                for (j, &p) in p.iter().enumerate() {
                    let row = &v[j * stride + i * WIDE..][..WIDE];
                    for l in 0..WIDE {
                        sums[l] += p * row[l];
                    }
                }
            } else {
                for (j, &p) in p.iter().enumerate() {
                    let row = &v[j * stride + i * WIDE..][..out.len()];
                    sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += p * x);
                }
            }
            out.copy_from_slice(&sums[..out.len()]);
        }
    }
}

simd! {
    /// Σ aᵢ·bᵢ.
    fn dot(a: &[f32], b: &[f32]) -> f32 {
        dot_lanes(a, b)
    }
}

simd! {
    /// `y[o] = α · w[o]·x`, or added; one output a row of `w`.
    fn matvec(alpha: f32, w: &[f32], x: &[f32], accumulate: bool, y: &mut [f32]) {
        for (row, y) in w.chunks_exact(x.len()).zip(y) {
            let sum = alpha * dot_lanes(row, x);
            *y = if accumulate { *y + sum } else { sum };
        }
    }
}

simd! {
    /// `y += x`.
    fn add(x: &[f32], y: &mut [f32]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y += x;
        }
    }
}

simd! {
    /// Row by row `y = x · inv · w`.
    fn rms_norm(x: &[f32], w: &[f32], eps: f32, y: &mut [f32], inv: &mut [f32]) {
        let n = w.len();
        for ((x, y), inv) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)).zip(inv) {
            *inv = 1.0 / (dot_lanes(x, x) / n as f32 + eps).sqrt();
            for i in 0..n {
                y[i] = x[i] * *inv * w[i];
            }
        }
    }
}

simd! {
    /// Row by row `y = x · inv · w` with the factors of before.
    fn rms_norm_again(x: &[f32], w: &[f32], inv: &[f32], y: &mut [f32]) {
        let n = w.len();
        for ((x, y), &inv) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)).zip(inv) {
            for i in 0..n {
                y[i] = x[i] * inv * w[i];
            }
        }
    }
}

simd! {
    /// Adds the gradient of the normalised rows to `dx`.
    fn rms_norm_backward(x: &[f32], w: &[f32], inv: &[f32], dy: &[f32], dx: &mut [f32]) {
        let n = w.len();
        let rows = x.chunks_exact(n).zip(dy.chunks_exact(n)).zip(dx.chunks_exact_mut(n));
        for (((x, dy), dx), &inv) in rows.zip(inv) {
            let mut lanes = [0.0f32; LANES];
            for i in 0..n {
                lanes[i % LANES] += dy[i] * w[i] * x[i];
            }
            let mean = fold_lanes(lanes, |a, b| a + b) * inv * inv / n as f32;
            for i in 0..n {
                dx[i] += inv * (dy[i] * w[i] - x[i] * mean);
            }
        }
    }
}

simd! {
    /// Adds the gradient of the weight.
    fn rms_norm_weight(x: &[f32], inv: &[f32], dy: &[f32], dw: &mut [f32]) {
        let n = dw.len();
        for ((x, dy), &inv) in x.chunks_exact(n).zip(dy.chunks_exact(n)).zip(inv) {
            for i in 0..n {
                dw[i] += dy[i] * x[i] * inv;
            }
        }
    }
}

simd! {
    /// Turns the first 2 · pairs numbers of each head of each row by its angles.
    fn rope(x: &mut [f32], shape: &Rotary, cos: &[f32], sin: &[f32], sign: f32) {
        let pairs = shape.pairs;
        let rows = x.chunks_exact_mut(shape.heads * shape.head_dim).zip(cos.chunks_exact(pairs));
        for ((row, cos), sin) in rows.zip(sin.chunks_exact(pairs)) {
            for head in row.chunks_exact_mut(shape.head_dim) {
                if shape.interleaved {
                    for (j, pair) in head[..2 * pairs].chunks_exact_mut(2).enumerate() {
                        let (a, b, s) = (pair[0], pair[1], sign * sin[j]);
                        pair[0] = a * cos[j] - b * s;
                        pair[1] = b * cos[j] + a * s;
                    }
                    continue;
                }
                let (low, high) = head[..2 * pairs].split_at_mut(pairs);
                for j in 0..pairs {
                    let (a, b, s) = (low[j], high[j], sign * sin[j]);
                    low[j] = a * cos[j] - b * s;
                    high[j] = b * cos[j] + a * s;
                }
            }
        }
    }
}

simd! {
    /// ALiBi: lowers each score by `slope` times its distance from the last.
    fn slant(scores: &mut [f32], slope: f32) {
        let last = scores.len() as f32 - 1.0;
        for (j, score) in scores.iter_mut().enumerate() {
            *score -= slope * (last - j as f32);
        }
    }
}

simd! {
    /// `y = silu(gate) · up`.
    fn swiglu(gate: &[f32], up: &[f32], y: &mut [f32]) {
        for ((y, &g), &u) in y.iter_mut().zip(gate).zip(up) {
            *y = g / (1.0 + exp(-g)) * u;
        }
    }
}

simd! {
    /// Turns gate and up into their gradients.
    fn swiglu_backward(gate: &mut [f32], up: &mut [f32], dy: &[f32]) {
        for ((g, u), &dy) in gate.iter_mut().zip(up).zip(dy) {
            let s = 1.0 / (1.0 + exp(-*g));
            let dg = dy * *u * s * (1.0 + *g * (1.0 - s));
            *u = dy * *g * s;
            *g = dg;
        }
    }
}

simd! {
    /// To brain floats, the nearest.
    fn round(x: &[f32], y: &mut [u16]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = brain::round(x);
        }
    }
}

simd! {
    /// To the nearest brain float, as f32.
    fn rounded(x: &[f32], y: &mut [f32]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = brain::widen(brain::round(x));
        }
    }
}

simd! {
    /// Softmax of a row in place; returns log Σ exp.
    fn softmax(x: &mut [f32]) -> f32 {
        let max = max_lanes(x);
        let sum = exp_lanes(x, max);
        let inv = 1.0 / sum;
        for x in x.iter_mut() {
            *x *= inv;
        }
        max + sum.ln()
    }
}

simd! {
    /// Probabilities again from scores and their log Σ exp.
    fn exp_minus(x: &mut [f32], lse: f32) {
        for x in x.iter_mut() {
            *x = exp(*x - lse);
        }
    }
}

simd! {
    /// `dp = p · (dp − delta) · scale`: through the softmax.
    fn softmax_backward(p: &[f32], delta: f32, scale: f32, dp: &mut [f32]) {
        for (dp, &p) in dp.iter_mut().zip(p) {
            *dp = p * (*dp - delta) * scale;
        }
    }
}

simd! {
    /// Nats of the target; with a scale the logits become their gradient.
    fn cross_entropy(logits: &mut [f32], target: usize, scale: Option<f32>) -> f32 {
        let max = max_lanes(logits);
        let own = logits[target];
        let sum = exp_lanes(logits, max);
        if let Some(scale) = scale {
            let factor = scale / sum;
            for x in logits.iter_mut() {
                *x *= factor;
            }
            logits[target] -= scale;
        }
        max + sum.ln() - own
    }
}

simd! {
    /// One AdamW update.
    fn adamw(u: &Update, grad: &[f32], first: &mut [f32], second: &mut [f32], weights: &mut [f32]) {
        let (b1, b2, scale) = (u.beta.0 as f32, u.beta.1 as f32, u.scale as f32);
        let (keep, rate, root, eps) = (u.keep as f32, u.rate as f32, u.root as f32, u.eps as f32);
        let moments = first.iter_mut().zip(second.iter_mut());
        for ((&g, (m, v)), w) in grad.iter().zip(moments).zip(weights) {
            let g = g * scale;
            *m = *m * b1 + g * (1.0 - b1);
            *v = *v * b2 + g * g * (1.0 - b2);
            *w = *w * keep - *m / (v.sqrt() / root + eps) * rate;
        }
    }
}

/// Dropout over whole rows.
pub(crate) fn dropout(mask: &Dropout<'_>, width: usize, x: &[f32], accumulate: bool, y: &mut [f32]) {
    let scale = mask.scale() as f32;
    for (token, (x, y)) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)).enumerate() {
        mask.each(token, width, |i, kept| {
            let old = if accumulate { y[i] } else { 0.0 };
            y[i] = if kept { old + x[i] * scale } else { old };
        });
    }
}
