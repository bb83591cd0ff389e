//! The plain kernel: loops in a fixed order, nothing clever, for f32 and f64.

use super::{
    Activation, Attention, AttentionGrads, AttentionSaved, Dropout, Kernel, Mat, Rotary, Span, Update,
};
use crate::real::Real;

/// The kernel everything else is compared with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

fn dot<F: Real>(a: &[F], b: &[F]) -> F {
    a.iter().zip(b).fold(F::ZERO, |sum, (&a, &b)| sum + a * b)
}

fn sigmoid<F: Real>(x: F) -> F {
    F::ONE / (F::ONE + (-x).exp())
}

/// Where the numbers of one head of one row begin.
fn at(row: usize, heads: usize, head: usize, dim: usize) -> std::ops::Range<usize> {
    let first = (row * heads + head) * dim;
    first..first + dim
}

/// Every (span, query of the span, head).
fn each_query<'a>(shape: &'a Attention<'a>) -> impl Iterator<Item = (&'a Span, usize, usize)> {
    let queries = shape.spans.iter().flat_map(|span| (0..span.queries).map(move |i| (span, i)));
    queries.flat_map(|(span, i)| (0..shape.heads).map(move |head| (span, i, head)))
}

/// What ALiBi adds to the score of a key `back` tokens back.
fn slant<F: Real>(shape: &Attention<'_>, head: usize, back: usize) -> F {
    shape.slopes.map_or(F::ZERO, |slopes| F::of(-f64::from(slopes[head]) * back as f64))
}

impl<F: Real> Kernel<F> for Reference {
    fn matmul(&self, alpha: F, a: Mat<'_, F>, b: Mat<'_, F>, accumulate: bool, c: &mut [F]) {
        assert_eq!((a.cols, c.len()), (b.rows, a.rows * b.cols));
        for i in 0..a.rows {
            for j in 0..b.cols {
                let mut sum = F::ZERO;
                for l in 0..a.cols {
                    sum += a.data[i * a.row_stride + l * a.col_stride]
                        * b.data[l * b.row_stride + j * b.col_stride];
                }
                let old = if accumulate { c[i * b.cols + j] } else { F::ZERO };
                c[i * b.cols + j] = old + alpha * sum;
            }
        }
    }

    fn rms_norm(&self, x: &[F], w: &[F], eps: f64, y: &mut [F], inv: &mut [F]) {
        let n = w.len();
        for ((x, y), inv) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)).zip(inv) {
            *inv = F::ONE / (dot(x, x) / F::of(n as f64) + F::of(eps)).sqrt();
            for i in 0..n {
                y[i] = x[i] * *inv * w[i];
            }
        }
    }

    fn rms_norm_backward(
        &self,
        (x, w, inv): (&[F], &[F], &[F]),
        dy: &[F],
        dx: &mut [F],
        mut dw: Option<&mut [F]>,
    ) {
        let n = w.len();
        for (row, &inv) in inv.iter().enumerate() {
            let (x, dy, dx) = (&x[row * n..][..n], &dy[row * n..][..n], &mut dx[row * n..][..n]);
            let mut mean = F::ZERO;
            for i in 0..n {
                mean += dy[i] * w[i] * x[i];
            }
            mean *= inv * inv / F::of(n as f64);
            for i in 0..n {
                dx[i] += inv * (dy[i] * w[i] - x[i] * mean);
                if let Some(dw) = &mut dw {
                    dw[i] += dy[i] * x[i] * inv;
                }
            }
        }
    }

    fn layer_norm(&self, x: &[F], (w, b): (&[F], &[F]), eps: f64, y: &mut [F], stats: &mut [F]) {
        let n = w.len();
        let rows = x.chunks_exact(n).zip(y.chunks_exact_mut(n)).zip(stats.chunks_exact_mut(2));
        for ((x, y), stats) in rows {
            let mean = x.iter().fold(F::ZERO, |sum, &x| sum + x) / F::of(n as f64);
            let spread = x.iter().fold(F::ZERO, |sum, &x| sum + (x - mean) * (x - mean));
            let inv = F::ONE / (spread / F::of(n as f64) + F::of(eps)).sqrt();
            stats.copy_from_slice(&[mean, inv]);
            for i in 0..n {
                y[i] = (x[i] - mean) * inv * w[i] + b[i];
            }
        }
    }

    fn layer_norm_backward(
        &self,
        (x, w, stats): (&[F], &[F], &[F]),
        dy: &[F],
        dx: &mut [F],
        (mut dw, mut db): (Option<&mut [F]>, Option<&mut [F]>),
    ) {
        let n = w.len();
        for (row, stats) in stats.chunks_exact(2).enumerate() {
            let (x, dy, dx) = (&x[row * n..][..n], &dy[row * n..][..n], &mut dx[row * n..][..n]);
            let (mean, inv) = (stats[0], stats[1]);
            let (mut flat, mut along) = (F::ZERO, F::ZERO);
            for i in 0..n {
                flat += dy[i] * w[i];
                along += dy[i] * w[i] * (x[i] - mean) * inv;
            }
            (flat, along) = (flat / F::of(n as f64), along / F::of(n as f64));
            for i in 0..n {
                let normal = (x[i] - mean) * inv;
                dx[i] += inv * (dy[i] * w[i] - flat - normal * along);
                if let Some(dw) = &mut dw {
                    dw[i] += dy[i] * normal;
                }
                if let Some(db) = &mut db {
                    db[i] += dy[i];
                }
            }
        }
    }

    fn rope(&self, x: &mut [F], shape: &Rotary, cos: &[F], sin: &[F], back: bool) {
        let &Rotary { heads, head_dim, pairs, interleaved } = shape;
        for (i, head) in x.chunks_exact_mut(head_dim).enumerate() {
            let angle = i / heads * pairs;
            for j in 0..pairs {
                let (c, s) = (cos[angle + j], if back { -sin[angle + j] } else { sin[angle + j] });
                let (first, second) = if interleaved { (2 * j, 2 * j + 1) } else { (j, j + pairs) };
                let (a, b) = (head[first], head[second]);
                head[first] = a * c - b * s;
                head[second] = b * c + a * s;
            }
        }
    }

    fn attention(&self, shape: &Attention<'_>, (q, k, v): (&[F], &[F], &[F]), out: &mut [F], lse: &mut [F]) {
        let &Attention { heads, kv_heads, head_dim, value_dim, .. } = shape;
        for (span, i, head) in each_query(shape) {
            let (kv, row) = (head / (heads / kv_heads), span.query + i);
            let q = &q[at(row, heads, head, head_dim)];
            let keys = shape.sees(span, i);
            let score = |j: usize| {
                let key = &k[at(span.key + j, kv_heads, kv, head_dim)];
                dot(q, key) * F::of(shape.scale) + slant(shape, head, keys.end - 1 - j)
            };
            let scores: Vec<F> = keys.clone().map(score).collect();
            let max = scores.iter().fold(scores[0], |m, &s| if s > m { s } else { m });
            let sum = scores.iter().fold(F::ZERO, |sum, &s| sum + (s - max).exp());
            lse[row * heads + head] = max + sum.ln();
            let out = &mut out[at(row, heads, head, value_dim)];
            out.fill(F::ZERO);
            for (j, s) in keys.zip(scores) {
                let p = (s - max).exp() / sum;
                for (o, &v) in out.iter_mut().zip(&v[at(span.key + j, kv_heads, kv, value_dim)]) {
                    *o += p * v;
                }
            }
        }
    }

    fn attention_backward(
        &self,
        shape: &Attention<'_>,
        saved: &AttentionSaved<'_, F>,
        dout: &[F],
        grads: AttentionGrads<'_, F>,
    ) {
        let &Attention { heads, kv_heads, head_dim, value_dim, .. } = shape;
        let scale = F::of(shape.scale);
        for (span, i, head) in each_query(shape) {
            let (kv, row) = (head / (heads / kv_heads), span.query + i);
            let (here, out) = (at(row, heads, head, head_dim), at(row, heads, head, value_dim));
            let dout = &dout[out.clone()];
            let delta = dot(dout, &saved.out[out]);
            let keys = shape.sees(span, i);
            for j in keys.clone() {
                let key = at(span.key + j, kv_heads, kv, head_dim);
                let value = at(span.key + j, kv_heads, kv, value_dim);
                let (q, k) = (&saved.q[here.clone()], &saved.k[key.clone()]);
                let s = dot(q, k) * scale + slant(shape, head, keys.end - 1 - j);
                let p = (s - saved.lse[row * heads + head]).exp();
                let ds = p * (dot(dout, &saved.v[value.clone()]) - delta) * scale;
                for d in 0..head_dim {
                    grads.dq[here.start + d] += ds * k[d];
                    grads.dk[key.start + d] += ds * q[d];
                }
                for (d, &dout) in dout.iter().enumerate() {
                    grads.dv[value.start + d] += p * dout;
                }
            }
        }
    }

    fn swiglu(&self, gate: &[F], up: &[F], y: &mut [F]) {
        for ((y, &g), &u) in y.iter_mut().zip(gate).zip(up) {
            *y = g * sigmoid(g) * u;
        }
    }

    fn swiglu_backward(&self, gate: &mut [F], up: &mut [F], dy: &[F]) {
        for ((g, u), &dy) in gate.iter_mut().zip(up).zip(dy) {
            let s = sigmoid(*g);
            let dg = dy * *u * s * (F::ONE + *g * (F::ONE - s));
            *u = dy * *g * s;
            *g = dg;
        }
    }

    fn activate(&self, f: Activation, x: &[F], y: &mut [F]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = f.at(x).0;
        }
    }

    fn activate_backward(&self, f: Activation, x: &mut [F], dy: &[F]) {
        for (x, &dy) in x.iter_mut().zip(dy) {
            *x = dy * f.at(*x).1;
        }
    }

    fn multiply(&self, a: &[F], b: &[F], y: &mut [F]) {
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = a * b;
        }
    }

    fn multiply_backward(&self, a: &mut [F], b: &mut [F], dy: &[F]) {
        for ((a, b), &dy) in a.iter_mut().zip(b).zip(dy) {
            (*a, *b) = (dy * *b, dy * *a);
        }
    }

    fn add(&self, x: &[F], y: &mut [F]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y += x;
        }
    }

    fn dropout(&self, mask: &Dropout<'_>, x: &[F], accumulate: bool, y: &mut [F]) {
        let width = x.len() / mask.tokens.len();
        let scale = F::of(mask.scale());
        for (token, (x, y)) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)).enumerate() {
            mask.each(token, width, |i, kept| {
                let old = if accumulate { y[i] } else { F::ZERO };
                y[i] = if kept { old + x[i] * scale } else { old };
            });
        }
    }

    fn cross_entropy(&self, logits: &mut [F], targets: &[u32], scale: Option<F>, nats: &mut [F]) {
        let width = logits.len() / targets.len();
        for ((row, &target), nats) in logits.chunks_exact_mut(width).zip(targets).zip(nats) {
            let max = row.iter().fold(row[0], |m, &x| if x > m { x } else { m });
            let sum = row.iter().fold(F::ZERO, |sum, &x| sum + (x - max).exp());
            *nats = max + sum.ln() - row[target as usize];
            if let Some(scale) = scale {
                for x in row.iter_mut() {
                    *x = scale * (*x - max).exp() / sum;
                }
                row[target as usize] = row[target as usize] - scale;
            }
        }
    }

    fn adamw(&self, u: &Update, grad: &[F], first: &mut [F], second: &mut [F], weights: &mut [F]) {
        let (b1, b2) = (F::of(u.beta.0), F::of(u.beta.1));
        for i in 0..grad.len() {
            let g = grad[i] * F::of(u.scale);
            first[i] = first[i] * b1 + g * (F::ONE - b1);
            second[i] = second[i] * b2 + g * g * (F::ONE - b2);
            let step = first[i] / (second[i].sqrt() / F::of(u.root) + F::of(u.eps));
            weights[i] = weights[i] * F::of(u.keep) - step * F::of(u.rate);
        }
    }
}
