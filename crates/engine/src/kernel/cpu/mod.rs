//! The working kernel: f32 on all cores.
//!
//! Work is cut into pieces whose borders depend on the shapes only, and no two pieces
//! add to the same number, so one thread and many give the same bytes.

#[cfg(target_arch = "x86_64")]
mod amx;
mod attention;
#[cfg(target_arch = "x86_64")]
mod blocked;
pub(super) mod brain;
mod curve;
#[cfg(target_arch = "x86_64")]
mod keys;
mod matmul;
mod panels;
mod row;
pub(crate) mod simd;
#[cfg(target_arch = "x86_64")]
mod tile;

pub(crate) use row::matvec;
pub(super) use simd::vector_bits;

use super::{
    Activation, Attention, AttentionGrads, AttentionSaved, Brain, Dropout, Kernel, Mat, Panels, Rotary,
    Update,
};
use rayon::prelude::*;

/// The f32 kernel for processors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu;

/// Numbers a piece of elementwise work.
const PIECE: usize = 1 << 14;
/// Rows a partial sum of a weight's gradient.
const SUM_ROWS: usize = 256;

/// Rows a piece of row-wise work.
fn piece_rows(width: usize) -> usize {
    (PIECE / width.max(1)).max(1)
}

/// How to try AMX where a crash does no harm: `probe` runs [`amx_self_test`] in a child
/// process. It is called when the first product of brain floats needs an answer; without it
/// AMX is not used.
pub fn set_amx_probe(probe: fn() -> Result<(), String>) {
    #[cfg(target_arch = "x86_64")]
    amx::set_probe(probe);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = probe;
}

/// Multiplies on AMX tiles and compares with the plain kernel; may kill the process.
///
/// # Errors
/// What was wrong.
pub fn amx_self_test() -> Result<(), String> {
    #[cfg(target_arch = "x86_64")]
    return brain::self_test();
    #[cfg(not(target_arch = "x86_64"))]
    Err("this processor has none".into())
}

/// Whether AMX is used, or why not.
pub(super) fn amx_verdict() -> Result<(), String> {
    #[cfg(target_arch = "x86_64")]
    return amx::verdict().clone();
    #[cfg(not(target_arch = "x86_64"))]
    Err("this processor has none".into())
}

impl Kernel<f32> for Cpu {
    fn matmul(&self, alpha: f32, a: Mat<'_, f32>, b: Mat<'_, f32>, accumulate: bool, c: &mut [f32]) {
        matmul::matmul(alpha, a, b, accumulate, c);
    }

    fn streams(&self) -> bool {
        true
    }

    fn multiply_panels(&self, w: &dyn Panels<f32>, shape: [usize; 2], x: (&[f32], usize), y: &mut [f32]) {
        panels::forward(w, shape, x, y);
    }

    fn multiply_panels_transposed(
        &self,
        w: &dyn Panels<f32>,
        shape: [usize; 2],
        dy: (&[f32], usize),
        add: bool,
        dx: &mut [f32],
    ) {
        panels::backward(w, shape, dy, add, dx);
    }

    fn multiply_brain(&self, b: &Brain, a: (&[f32], usize), add: bool, c: &mut [f32]) {
        brain::product(b, a, add, c);
    }

    fn rms_norm(&self, x: &[f32], w: &[f32], eps: f64, y: &mut [f32], inv: &mut [f32]) {
        let (n, rows) = (w.len(), piece_rows(w.len()));
        let pieces = x.par_chunks(n * rows).zip(y.par_chunks_mut(n * rows)).zip(inv.par_chunks_mut(rows));
        pieces.for_each(|((x, y), inv)| row::rms_norm(x, w, eps as f32, y, inv));
    }

    fn rms_norm_again(&self, x: &[f32], w: &[f32], inv: &[f32], y: &mut [f32]) {
        let (n, rows) = (w.len(), piece_rows(w.len()));
        let pieces = x.par_chunks(n * rows).zip(y.par_chunks_mut(n * rows)).zip(inv.par_chunks(rows));
        pieces.for_each(|((x, y), inv)| row::rms_norm_again(x, w, inv, y));
    }

    fn rms_norm_backward(
        &self,
        (x, w, inv): (&[f32], &[f32], &[f32]),
        dy: &[f32],
        dx: &mut [f32],
        dw: Option<&mut [f32]>,
    ) {
        let (n, rows) = (w.len(), piece_rows(w.len()));
        let pieces = x.par_chunks(n * rows).zip(dy.par_chunks(n * rows));
        let pieces = pieces.zip(dx.par_chunks_mut(n * rows)).zip(inv.par_chunks(rows));
        pieces.for_each(|(((x, dy), dx), inv)| row::rms_norm_backward(x, w, inv, dy, dx));
        if let Some(dw) = dw {
            let pieces = x.par_chunks(n * SUM_ROWS).zip(dy.par_chunks(n * SUM_ROWS));
            let sums: Vec<Vec<f32>> = pieces
                .zip(inv.par_chunks(SUM_ROWS))
                .map(|((x, dy), inv)| {
                    let mut sum = vec![0.0; n];
                    row::rms_norm_weight(x, inv, dy, &mut sum);
                    sum
                })
                .collect();
            sums.iter().for_each(|sum| row::add(sum, dw));
        }
    }

    fn layer_norm(&self, x: &[f32], weights: (&[f32], &[f32]), eps: f64, y: &mut [f32], stats: &mut [f32]) {
        let (n, rows) = (weights.0.len(), piece_rows(weights.0.len()));
        let pieces =
            x.par_chunks(n * rows).zip(y.par_chunks_mut(n * rows)).zip(stats.par_chunks_mut(2 * rows));
        pieces.for_each(|((x, y), stats)| curve::layer_norm(x, weights, eps as f32, y, stats));
    }

    fn layer_norm_backward(
        &self,
        (x, w, stats): (&[f32], &[f32], &[f32]),
        dy: &[f32],
        dx: &mut [f32],
        (dw, db): (Option<&mut [f32]>, Option<&mut [f32]>),
    ) {
        let (n, rows) = (w.len(), piece_rows(w.len()));
        let pieces = x.par_chunks(n * rows).zip(dy.par_chunks(n * rows));
        let pieces = pieces.zip(dx.par_chunks_mut(n * rows)).zip(stats.par_chunks(2 * rows));
        pieces.for_each(|(((x, dy), dx), stats)| curve::layer_norm_backward(x, w, stats, dy, dx));
        if let Some(dw) = dw {
            let pieces = x.par_chunks(n * SUM_ROWS).zip(dy.par_chunks(n * SUM_ROWS));
            let sums: Vec<Vec<f32>> = pieces
                .zip(stats.par_chunks(2 * SUM_ROWS))
                .map(|((x, dy), stats)| {
                    let mut sum = vec![0.0; n];
                    curve::layer_norm_weight(x, stats, dy, &mut sum);
                    sum
                })
                .collect();
            sums.iter().for_each(|sum| row::add(sum, dw));
        }
        if let Some(db) = db {
            self.bias_backward(dy, db);
        }
    }

    fn rope(&self, x: &mut [f32], shape: &Rotary, cos: &[f32], sin: &[f32], back: bool) {
        let width = shape.heads * shape.head_dim;
        let (rows, pairs) = (piece_rows(width), shape.pairs);
        let pieces = x.par_chunks_mut(width * rows).zip(cos.par_chunks(pairs * rows));
        let sign = if back { -1.0 } else { 1.0 };
        pieces
            .zip(sin.par_chunks(pairs * rows))
            .for_each(|((x, cos), sin)| row::rope(x, shape, cos, sin, sign));
    }

    fn attention(
        &self,
        shape: &Attention<'_>,
        (q, k, v): (&[f32], &[f32], &[f32]),
        out: &mut [f32],
        lse: &mut [f32],
    ) {
        attention::forward(shape, q, k, v, out, lse);
    }

    fn attention_backward(
        &self,
        shape: &Attention<'_>,
        saved: &AttentionSaved<'_, f32>,
        dout: &[f32],
        grads: AttentionGrads<'_, f32>,
    ) {
        attention::backward(shape, saved, dout, grads);
    }

    fn swiglu(&self, gate: &[f32], up: &[f32], y: &mut [f32]) {
        let pieces = y.par_chunks_mut(PIECE).zip(gate.par_chunks(PIECE)).zip(up.par_chunks(PIECE));
        pieces.for_each(|((y, gate), up)| row::swiglu(gate, up, y));
    }

    fn swiglu_backward(&self, gate: &mut [f32], up: &mut [f32], dy: &[f32]) {
        let pieces = gate.par_chunks_mut(PIECE).zip(up.par_chunks_mut(PIECE)).zip(dy.par_chunks(PIECE));
        pieces.for_each(|((gate, up), dy)| row::swiglu_backward(gate, up, dy));
    }

    fn activate(&self, f: Activation, x: &[f32], y: &mut [f32]) {
        y.par_chunks_mut(PIECE).zip(x.par_chunks(PIECE)).for_each(|(y, x)| curve::activate(f, x, y));
    }

    fn activate_backward(&self, f: Activation, x: &mut [f32], dy: &[f32]) {
        let pieces = x.par_chunks_mut(PIECE).zip(dy.par_chunks(PIECE));
        pieces.for_each(|(x, dy)| curve::activate_backward(f, x, dy));
    }

    fn multiply(&self, a: &[f32], b: &[f32], y: &mut [f32]) {
        let pieces = y.par_chunks_mut(PIECE).zip(a.par_chunks(PIECE)).zip(b.par_chunks(PIECE));
        pieces.for_each(|((y, a), b)| curve::multiply(a, b, y));
    }

    fn multiply_backward(&self, a: &mut [f32], b: &mut [f32], dy: &[f32]) {
        let pieces = a.par_chunks_mut(PIECE).zip(b.par_chunks_mut(PIECE)).zip(dy.par_chunks(PIECE));
        pieces.for_each(|((a, b), dy)| curve::multiply_backward(a, b, dy));
    }

    fn add(&self, x: &[f32], y: &mut [f32]) {
        if x.len() <= PIECE {
            return row::add(x, y);
        }
        y.par_chunks_mut(PIECE).zip(x.par_chunks(PIECE)).for_each(|(y, x)| row::add(x, y));
    }

    fn dropout(&self, mask: &Dropout<'_>, x: &[f32], accumulate: bool, y: &mut [f32]) {
        let width = x.len() / mask.tokens.len();
        let rows = piece_rows(width);
        let pieces = x.par_chunks(width * rows).zip(y.par_chunks_mut(width * rows));
        pieces.zip(mask.tokens.par_chunks(rows)).for_each(|((x, y), tokens)| {
            row::dropout(&Dropout { tokens, ..*mask }, width, x, accumulate, y);
        });
    }

    fn cross_entropy(&self, logits: &mut [f32], targets: &[u32], scale: Option<f32>, nats: &mut [f32]) {
        let width = logits.len() / targets.len();
        let rows = piece_rows(width);
        let pieces = logits.par_chunks_mut(width * rows).zip(targets.par_chunks(rows));
        pieces.zip(nats.par_chunks_mut(rows)).for_each(|((logits, targets), nats)| {
            for ((row, &target), nats) in logits.chunks_exact_mut(width).zip(targets).zip(nats) {
                *nats = row::cross_entropy(row, target as usize, scale);
            }
        });
    }

    fn adamw(&self, u: &Update, grad: &[f32], first: &mut [f32], second: &mut [f32], weights: &mut [f32]) {
        let moments = first.par_chunks_mut(PIECE).zip(second.par_chunks_mut(PIECE));
        let pieces = weights.par_chunks_mut(PIECE).zip(moments).zip(grad.par_chunks(PIECE));
        pieces.for_each(|((w, (m, v)), g)| row::adamw(u, g, m, v, w));
    }
}
