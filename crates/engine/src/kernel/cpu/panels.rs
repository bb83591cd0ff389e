//! Products with a weight that is decoded a panel at a time, into scratch of each thread.

use super::matmul::{Part, Shared, gemm};
use crate::kernel::Panels;
use rayon::prelude::*;
use std::cell::RefCell;

/// Rows of the weight a task decodes at once for the forward, columns for the backward.
const WIDTH: usize = 128;
/// Rows of the weight in scratch at once for the backward.
const DEPTH: usize = 1024;
/// Rows of the gradient a task of the backward takes at least.
const ROWS: usize = 256;
/// Tasks of the backward, about: more than any machine here has cores.
const TASKS: usize = 16;

thread_local! {
    static PANEL: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Lends `len` numbers of this thread's scratch with any content.
fn lend<T>(len: usize, work: impl FnOnce(&mut [f32]) -> T) -> T {
    PANEL.with_borrow_mut(|panel| {
        if panel.len() < len {
            panel.resize(len, 0.0);
        }
        work(&mut panel[..len])
    })
}

/// `y = x·Wᵀ`: each task decodes some rows of W and writes their columns of y.
pub(super) fn forward(
    w: &dyn Panels<f32>,
    [outs, ins]: [usize; 2],
    (x, rows): (&[f32], usize),
    y: &mut [f32],
) {
    assert_eq!((x.len(), y.len()), (rows * ins, rows * outs));
    let out = Shared::new(y);
    let x = Part { data: x, row_stride: ins, col_stride: 1 };
    (0..outs.div_ceil(WIDTH)).into_par_iter().for_each(|i| {
        let range = i * WIDTH..outs.min((i + 1) * WIDTH);
        lend(range.len() * ins, |panel| {
            w.decode(range.clone(), 0..ins, panel);
            let panel = Part { data: panel, row_stride: 1, col_stride: ins };
            gemm((rows, ins, range.len()), 1.0, x, panel, false, (out, range.start, outs));
        });
    });
}

/// `dx = dy·W`, or added: each task owns some columns (and rows) of dx and walks down W.
pub(super) fn backward(
    w: &dyn Panels<f32>,
    [outs, ins]: [usize; 2],
    (dy, rows): (&[f32], usize),
    add: bool,
    dx: &mut [f32],
) {
    assert_eq!((dy.len(), dx.len()), (rows * outs, rows * ins));
    let out = Shared::new(dx);
    let across = ins.div_ceil(WIDTH);
    let down = (TASKS / across).clamp(1, rows.div_ceil(ROWS));
    (0..across * down).into_par_iter().for_each(|task| {
        let (i, j) = (task / across, task % across);
        let cols = j * WIDTH..ins.min((j + 1) * WIDTH);
        let own = rows * i / down..rows * (i + 1) / down;
        lend(DEPTH.min(outs) * cols.len(), |panel| {
            for first in (0..outs).step_by(DEPTH) {
                let range = first..outs.min(first + DEPTH);
                let panel = &mut panel[..range.len() * cols.len()];
                w.decode(range.clone(), cols.clone(), panel);
                let panel = Part { data: panel, row_stride: cols.len(), col_stride: 1 };
                let from = Part { data: &dy[own.start * outs + first..], row_stride: outs, col_stride: 1 };
                let to = (out, own.start * ins + cols.start, ins);
                gemm((own.len(), range.len(), cols.len()), 1.0, from, panel, add || first > 0, to);
            }
        });
    });
}
