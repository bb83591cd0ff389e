//! Causal attention by blocks of queries: scores exist for one block at a time and are
//! computed again in the backward, so nothing of size T × T is ever stored.

use super::matmul::{Part, Shared, gemm};
use super::row;
use crate::kernel::{Attention, AttentionGrads, AttentionSaved, Span};
use rayon::prelude::*;
use std::cell::RefCell;

/// Queries a block.
const BLOCK: usize = 64;

thread_local! {
    /// Scores, and their gradients, of the block at hand.
    static SCRATCH: RefCell<(Vec<f32>, Vec<f32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// One task: a sequence and a key head with the query heads that share it. No other task
/// writes to the same columns of the same rows.
struct Task<'a> {
    shape: &'a Attention<'a>,
    span: Span,
    kv: usize,
}

impl Task<'_> {
    fn group(&self) -> usize {
        self.shape.heads / self.shape.kv_heads
    }

    /// Where row `row` of query head `head` begins, and the distance between rows.
    fn query(&self, row: usize, head: usize) -> (usize, usize) {
        let stride = self.shape.heads * self.shape.head_dim;
        ((self.span.query + row) * stride + head * self.shape.head_dim, stride)
    }

    /// Where the keys begin, and the distance between rows.
    fn keys(&self) -> (usize, usize) {
        let stride = self.shape.kv_heads * self.shape.head_dim;
        (self.span.key * stride + self.kv * self.shape.head_dim, stride)
    }

    /// Each block of queries: head, first row, rows, keys its last row sees.
    fn blocks(&self) -> impl Iterator<Item = (usize, usize, usize, usize)> + '_ {
        let heads = self.kv * self.group()..(self.kv + 1) * self.group();
        heads.flat_map(move |head| {
            (0..self.span.queries).step_by(BLOCK).map(move |first| {
                let rows = BLOCK.min(self.span.queries - first);
                (head, first, rows, self.span.visible(first + rows - 1))
            })
        })
    }
}

fn each_task(shape: &Attention<'_>, work: impl Fn(&Task<'_>, &mut Vec<f32>, &mut Vec<f32>) + Sync) {
    let run = |i: usize| {
        let task = Task { shape, span: shape.spans[i / shape.kv_heads], kv: i % shape.kv_heads };
        SCRATCH.with_borrow_mut(|(a, b)| work(&task, a, b));
    };
    let tasks = shape.spans.len() * shape.kv_heads;
    let products: usize = shape.spans.iter().map(|s| s.queries * s.keys).sum();
    if products * shape.heads * shape.head_dim < 1 << 17 {
        (0..tasks).for_each(run);
    } else {
        (0..tasks).into_par_iter().for_each(run);
    }
}

fn rows(data: &[f32], (first, stride): (usize, usize)) -> Part<'_> {
    Part { data: &data[first..], row_stride: stride, col_stride: 1 }
}

fn turned(part: Part<'_>) -> Part<'_> {
    Part { data: part.data, row_stride: part.col_stride, col_stride: part.row_stride }
}

fn dense(data: &[f32], width: usize) -> Part<'_> {
    Part { data, row_stride: width, col_stride: 1 }
}

/// Grows the scratch when needed and lends exactly `len` numbers of it.
fn lend(scratch: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if scratch.len() < len {
        scratch.resize(len, 0.0);
    }
    &mut scratch[..len]
}

pub(super) fn forward(
    shape: &Attention<'_>,
    q: &[f32],
    k: &[f32],
    v: &[f32],
    out: &mut [f32],
    lse: &mut [f32],
) {
    let (out, lse, dim) = (Shared::new(out), Shared::new(lse), shape.head_dim);
    each_task(shape, |task, scores, _| {
        for (head, first, n, keys) in task.blocks() {
            let scores = lend(scores, n * keys);
            let (at, stride) = task.query(first, head);
            if n == 1 {
                single(task, (&q[at..at + dim], k, v), scores, (out, at), (lse, first, head));
                continue;
            }
            let product = (n, dim, keys);
            let keys_t = turned(rows(k, task.keys()));
            gemm(
                product,
                shape.scale(),
                rows(q, (at, stride)),
                keys_t,
                false,
                (Shared::new(scores), 0, keys),
            );
            for (i, row) in scores.chunks_exact_mut(keys).enumerate() {
                let seen = task.span.visible(first + i);
                row[seen..].fill(0.0);
                // SAFETY: this (row, head) belongs to this task.
                #[expect(unsafe_code, reason = "each (row, head) is written by one task")]
                let lse = unsafe { lse.piece((task.span.query + first + i) * shape.heads + head, 1) };
                lse[0] = row::softmax(&mut row[..seen]);
            }
            gemm((n, keys, dim), 1.0, dense(scores, keys), rows(v, task.keys()), false, (out, at, stride));
        }
    });
}

/// One query, as in decoding: two passes over the keys it sees.
fn single(
    task: &Task<'_>,
    (q, k, v): (&[f32], &[f32], &[f32]),
    scores: &mut [f32],
    (out, at): (Shared, usize),
    (lse, row, head): (Shared, usize, usize),
) {
    let (first, stride) = task.keys();
    let scale = task.shape.scale::<f32>();
    for (j, score) in scores.iter_mut().enumerate() {
        *score = scale * row::dot(q, &k[first + j * stride..][..q.len()]);
    }
    // SAFETY: this (row, head) of both outputs belongs to this task.
    #[expect(unsafe_code, reason = "each (row, head) is written by one task")]
    let (out, lse) =
        unsafe { (out.piece(at, q.len()), lse.piece((task.span.query + row) * task.shape.heads + head, 1)) };
    lse[0] = row::softmax(scores);
    out.fill(0.0);
    for (j, &p) in scores.iter().enumerate() {
        row::axpy(p, &v[first + j * stride..][..q.len()], out);
    }
}

pub(super) fn backward(
    shape: &Attention<'_>,
    saved: &AttentionSaved<'_, f32>,
    dout: &[f32],
    grads: AttentionGrads<'_, f32>,
) {
    let dim = shape.head_dim;
    let (dq, dk, dv) = (Shared::new(grads.dq), Shared::new(grads.dk), Shared::new(grads.dv));
    each_task(shape, |task, probs, dscores| {
        let ((kv_at, kv_stride), scale) = (task.keys(), shape.scale::<f32>());
        for (head, first, n, keys) in task.blocks() {
            let (probs, dscores) = (lend(probs, n * keys), lend(dscores, n * keys));
            let (at, stride) = task.query(first, head);
            let (q, dy) = (rows(saved.q, (at, stride)), rows(dout, (at, stride)));
            let (k, v) = (rows(saved.k, task.keys()), rows(saved.v, task.keys()));
            let product = (n, dim, keys);
            gemm(product, scale, q, turned(k), false, (Shared::new(probs), 0, keys));
            gemm(product, 1.0, dy, turned(v), false, (Shared::new(dscores), 0, keys));
            for (i, (p, ds)) in probs.chunks_exact_mut(keys).zip(dscores.chunks_exact_mut(keys)).enumerate() {
                let seen = task.span.visible(first + i);
                let here = at + i * stride;
                let delta = row::dot(&dout[here..here + dim], &saved.out[here..here + dim]);
                row::exp_minus(&mut p[..seen], saved.lse[(task.span.query + first + i) * shape.heads + head]);
                row::softmax_backward(&p[..seen], delta, scale, &mut ds[..seen]);
                p[seen..].fill(0.0);
                ds[seen..].fill(0.0);
            }
            let (p, ds) = (dense(probs, keys), dense(dscores, keys));
            gemm((n, keys, dim), 1.0, ds, k, true, (dq, at, stride));
            gemm((keys, n, dim), 1.0, turned(ds), q, true, (dk, kv_at, kv_stride));
            gemm((keys, n, dim), 1.0, turned(p), dy, true, (dv, kv_at, kv_stride));
        }
    });
}
