//! Causal attention by blocks of queries: scores exist for one block at a time and are
//! computed again in the backward, so nothing of size T × T is ever stored.

use super::matmul::{Part, Shared, gemm};
use super::row;
use crate::kernel::{Attention, AttentionGrads, AttentionSaved, Span};
use rayon::prelude::*;
use std::cell::RefCell;
use std::ops::Range;

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

    /// Where row `row` of the output of head `head` begins, and the distance between rows.
    fn out(&self, row: usize, head: usize) -> (usize, usize) {
        let stride = self.shape.heads * self.shape.value_dim;
        ((self.span.query + row) * stride + head * self.shape.value_dim, stride)
    }

    /// Where key `first` of the span begins, and the distance between rows.
    fn keys(&self, first: usize) -> (usize, usize) {
        let stride = self.shape.kv_heads * self.shape.head_dim;
        ((self.span.key + first) * stride + self.kv * self.shape.head_dim, stride)
    }

    /// Where the value of key `first` of the span begins, and the distance between rows.
    fn values(&self, first: usize) -> (usize, usize) {
        let stride = self.shape.kv_heads * self.shape.value_dim;
        ((self.span.key + first) * stride + self.kv * self.shape.value_dim, stride)
    }

    /// Each block of queries of each head.
    fn blocks(&self) -> impl Iterator<Item = Block> + '_ {
        let heads = self.kv * self.group()..(self.kv + 1) * self.group();
        heads.flat_map(move |head| {
            (0..self.span.queries).step_by(BLOCK).map(move |first| {
                let rows = BLOCK.min(self.span.queries - first);
                let base = self.shape.sees(&self.span, first).start;
                let keys = self.shape.sees(&self.span, first + rows - 1).end - base;
                Block { head, first, rows, base, keys }
            })
        })
    }

    /// Which of the block's keys its row `i` sees.
    fn sees(&self, block: &Block, i: usize) -> Range<usize> {
        let seen = self.shape.sees(&self.span, block.first + i);
        seen.start - block.base..seen.end - block.base
    }

    /// ALiBi on the scores a row sees.
    fn slant(&self, head: usize, scores: &mut [f32]) {
        if let Some(slopes) = self.shape.slopes {
            row::slant(scores, slopes[head]);
        }
    }

    /// Which log Σ exp belongs to row `row` of a head.
    fn lse(&self, row: usize, head: usize) -> usize {
        (self.span.query + row) * self.shape.heads + head
    }
}

/// A block of queries of one head and the keys any of them sees.
#[derive(Clone, Copy)]
struct Block {
    head: usize,
    /// First query.
    first: usize,
    /// Queries.
    rows: usize,
    /// First key.
    base: usize,
    /// Keys.
    keys: usize,
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
    let (out, lse, dim, scale) = (Shared::new(out), Shared::new(lse), shape.head_dim, shape.scale as f32);
    each_task(shape, |task, scores, _| {
        for block in task.blocks() {
            let Block { head, first, rows: n, base, keys } = block;
            let scores = lend(scores, n * keys);
            let query = task.query(first, head);
            if n == 1 {
                single(task, &block, (&q[query.0..query.0 + dim], k, v), scores, (out, lse));
                continue;
            }
            let keys_t = turned(rows(k, task.keys(base)));
            gemm((n, dim, keys), scale, rows(q, query), keys_t, false, (Shared::new(scores), 0, keys));
            for (i, row) in scores.chunks_exact_mut(keys).enumerate() {
                let seen = task.sees(&block, i);
                row[..seen.start].fill(0.0);
                row[seen.end..].fill(0.0);
                task.slant(head, &mut row[seen.clone()]);
                // SAFETY: this (row, head) belongs to this task.
                #[expect(unsafe_code, reason = "each (row, head) is written by one task")]
                let lse = unsafe { lse.piece(task.lse(first + i, head), 1) };
                lse[0] = row::softmax(&mut row[seen]);
            }
            let (at, stride) = task.out(first, head);
            let values = rows(v, task.values(base));
            gemm((n, keys, shape.value_dim), 1.0, dense(scores, keys), values, false, (out, at, stride));
        }
    });
}

/// `scores[j] = scale · q·k[j]`.
fn each_score(q: &[f32], k: &[f32], stride: usize, scale: f32, scores: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if super::keys::fits(q) {
        return super::keys::scores(q, k, stride, scale, scores);
    }
    row::scores(q, k, stride, scale, scores);
}

/// One query, as in decoding: two passes over the keys it sees.
fn single(
    task: &Task<'_>,
    block: &Block,
    (q, k, v): (&[f32], &[f32], &[f32]),
    scores: &mut [f32],
    (out, lse): (Shared, Shared),
) {
    let (dim, scale) = (task.shape.value_dim, task.shape.scale as f32);
    let (first, stride) = task.keys(block.base);
    each_score(q, &k[first..], stride, scale, scores);
    task.slant(block.head, scores);
    // SAFETY: this (row, head) of both outputs belongs to this task.
    #[expect(unsafe_code, reason = "each (row, head) is written by one task")]
    let (out, lse) = unsafe {
        let at = task.out(block.first, block.head).0;
        (out.piece(at, dim), lse.piece(task.lse(block.first, block.head), 1))
    };
    lse[0] = row::softmax(scores);
    let (first, stride) = task.values(block.base);
    row::mix(scores, &v[first..], stride, &mut out[..dim]);
}

pub(super) fn backward(
    shape: &Attention<'_>,
    saved: &AttentionSaved<'_, f32>,
    dout: &[f32],
    grads: AttentionGrads<'_, f32>,
) {
    let (dim, value_dim, scale) = (shape.head_dim, shape.value_dim, shape.scale as f32);
    let (dq, dk, dv) = (Shared::new(grads.dq), Shared::new(grads.dk), Shared::new(grads.dv));
    each_task(shape, |task, probs, dscores| {
        for block in task.blocks() {
            let Block { head, first, rows: n, base, keys } = block;
            let (probs, dscores) = (lend(probs, n * keys), lend(dscores, n * keys));
            let ((q_at, q_stride), (at, stride)) = (task.query(first, head), task.out(first, head));
            let (q, dy) = (rows(saved.q, (q_at, q_stride)), rows(dout, (at, stride)));
            let (k, v) = (rows(saved.k, task.keys(base)), rows(saved.v, task.values(base)));
            gemm((n, dim, keys), scale, q, turned(k), false, (Shared::new(probs), 0, keys));
            gemm((n, value_dim, keys), 1.0, dy, turned(v), false, (Shared::new(dscores), 0, keys));
            for (i, (p, ds)) in probs.chunks_exact_mut(keys).zip(dscores.chunks_exact_mut(keys)).enumerate() {
                let seen = task.sees(&block, i);
                let here = at + i * stride..at + i * stride + value_dim;
                let delta = row::dot(&dout[here.clone()], &saved.out[here]);
                task.slant(head, &mut p[seen.clone()]);
                row::exp_minus(&mut p[seen.clone()], saved.lse[task.lse(first + i, head)]);
                row::softmax_backward(&p[seen.clone()], delta, scale, &mut ds[seen.clone()]);
                for unseen in [p, ds] {
                    unseen[..seen.start].fill(0.0);
                    unseen[seen.end..].fill(0.0);
                }
            }
            let (p, ds) = (dense(probs, keys), dense(dscores, keys));
            let ((k_at, k_stride), (v_at, v_stride)) = (task.keys(base), task.values(base));
            gemm((n, keys, dim), 1.0, ds, k, true, (dq, q_at, q_stride));
            gemm((keys, n, dim), 1.0, turned(ds), q, true, (dk, k_at, k_stride));
            gemm((keys, n, value_dim), 1.0, turned(p), dy, true, (dv, v_at, v_stride));
        }
    });
}
