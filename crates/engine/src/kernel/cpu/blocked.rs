//! A product in blocks, for processors with AVX-512: `a` packed once for all, `b` panel by
//! panel where it is used, tiles in between.
//!
//! The blocks depend on the shape only, and no two tasks add to the same number.

use super::matmul::{Part, Product};
use super::tile::{self, COLS, Goal, NARROW, ROWS};
use rayon::prelude::*;
use std::cell::Cell;
use std::thread::LocalKey;

/// Inner numbers a block: a panel of `b` is then 64 KiB, a sixteenth of a usual L2 cache.
const INNER: usize = 512;
/// Rows a block: packed they take 2 MiB.
const BLOCK_ROWS: usize = 73 * ROWS;
/// Up to this many rows `b` is read where it is: packing would cost more than it gives.
const FEW_ROWS: usize = 2 * ROWS;
/// Multiplications worth a task of their own.
const TASK_WORK: usize = 1 << 19;
/// Tasks wanted at least, so that many cores have something to do.
const TASKS: usize = 16;

thread_local! {
    /// Packed numbers of `a`. Taken out while in use: a thread that waits for others may be
    /// given another product meanwhile.
    static LEFT: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    /// The panel of `b` at hand.
    static RIGHT: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// Grows a buffer when needed and lends exactly `len` numbers of it.
fn lend(buffer: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
    &mut buffer[..len]
}

/// Runs `work` with one of this thread's buffers.
fn with(buffer: &'static LocalKey<Cell<Vec<f32>>>, work: impl FnOnce(&mut Vec<f32>)) {
    let mut numbers = buffer.take();
    work(&mut numbers);
    buffer.set(numbers);
}

/// Calls `task` for each number below `tasks`, on all threads when the work is worth it.
fn spread(tasks: usize, work: usize, parallel: bool, task: impl Fn(usize) + Send + Sync) {
    if !parallel || tasks < 2 || work < 2 * TASK_WORK {
        (0..tasks).for_each(task);
    } else {
        (0..tasks).into_par_iter().for_each(task);
    }
}

/// The source of a panel: `first` along the packed side, `inner` along the other.
fn source(part: &Part<'_>, along: (usize, usize), turned: bool) -> (*const f32, usize, bool) {
    let (n, k) = along;
    if turned {
        (part.data[n * part.row_stride + k..].as_ptr(), part.row_stride, true)
    } else {
        (part.data[k * part.col_stride + n..].as_ptr(), part.col_stride, false)
    }
}

/// The product on the calling thread, or spread over all.
///
/// The caller checked processor, layouts and extents ([`Product::run`]) and owns the rectangle of `out`.
pub(super) fn product(p: &Product<'_>, parallel: bool) {
    let (rows, inner, cols) = p.shape;
    if cols <= NARROW && rows >= 2 * NARROW && p.a.col_stride == 1 {
        return narrow(p, parallel);
    }
    let blocks = inner.div_ceil(INNER);
    let depth = inner.div_ceil(blocks).next_multiple_of(16);
    for first in (0..rows).step_by(BLOCK_ROWS) {
        let rows = BLOCK_ROWS.min(rows - first);
        for l in (0..inner).step_by(depth) {
            let block = Block { p, first, rows, l, depth: depth.min(inner - l), cols };
            with(&LEFT, |a| block.run(a, parallel));
        }
    }
}

/// Some rows and some of the inner numbers of a product.
struct Block<'a> {
    p: &'a Product<'a>,
    first: usize,
    rows: usize,
    l: usize,
    depth: usize,
    cols: usize,
}

impl Block<'_> {
    fn run(&self, buffer: &mut Vec<f32>, parallel: bool) {
        let (tiles, work) = (self.rows.div_ceil(ROWS), self.rows * self.depth * self.cols);
        let packed = lend(buffer, self.rows * self.depth);
        let pieces = packed.chunks_mut(ROWS * self.depth).enumerate();
        if parallel && work >= 2 * TASK_WORK && tiles > 8 {
            pieces.collect::<Vec<_>>().into_par_iter().with_min_len(4).for_each(|(t, a)| self.pack_a(t, a));
        } else {
            pieces.for_each(|(t, a)| self.pack_a(t, a));
        }
        let panels = self.cols.div_ceil(COLS);
        let groups = TASKS.div_ceil(panels).min(tiles.div_ceil(4));
        let packed = &*packed;
        spread(panels * groups, work, parallel, |task| {
            let (panel, group) = (task / groups, task % groups);
            let mine = tiles * group / groups..tiles * (group + 1) / groups;
            with(&RIGHT, |b| self.panel(panel * COLS, mine, packed, b));
        });
    }

    fn pack_a(&self, tile: usize, out: &mut [f32]) {
        let n = out.len() / self.depth;
        let turned = self.p.a.col_stride == 1;
        let from = source(&self.p.a, (self.first + tile * ROWS, self.l), turned);
        // SAFETY: the processor was asked before; n rows of `depth` numbers are inside `a`
        // (the product's extents were checked) and `out` has n · depth.
        #[expect(unsafe_code, reason = "packing reads through raw pointers")]
        unsafe {
            tile::pack(from, (self.depth, n), (out.as_mut_ptr(), n));
        }
    }

    /// Some tiles of one panel of columns.
    fn panel(&self, column: usize, tiles: std::ops::Range<usize>, a: &[f32], buffer: &mut Vec<f32>) {
        let (p, cols) = (self.p, COLS.min(self.cols - column));
        let turned = p.b.col_stride != 1;
        let as_b = Part { data: p.b.data, row_stride: p.b.col_stride, col_stride: p.b.row_stride };
        let from = source(&as_b, (column, self.l), turned);
        let mut b = (from.0, from.1);
        if turned || self.rows > FEW_ROWS {
            let panel = lend(buffer, self.depth * COLS);
            // SAFETY: the processor was asked before; the extents of `b` were checked.
            #[expect(unsafe_code, reason = "packing reads through raw pointers")]
            unsafe {
                tile::pack(from, (self.depth, cols), (panel.as_mut_ptr(), COLS));
            }
            b = (panel.as_ptr(), COLS);
        }
        let (out, at, stride) = p.out;
        for t in tiles {
            let row = t * ROWS;
            let rows = ROWS.min(self.rows - row);
            let c = out.at(at + (self.first + row) * stride + column);
            let accumulate = p.accumulate || self.l > 0;
            let goal = Goal { c, stride, rows, cols, alpha: p.alpha, accumulate };
            // SAFETY: as above, and this rectangle of the output belongs to this task.
            #[expect(unsafe_code, reason = "the tile works on raw pointers")]
            unsafe {
                tile::tile(self.depth, a[row * self.depth..].as_ptr(), b, goal);
            }
        }
    }
}

/// Few columns: `b` is packed as a whole, `a` read where it is.
fn narrow(p: &Product<'_>, parallel: bool) {
    let (rows, inner, cols) = p.shape;
    let width = if cols <= 8 { 8 } else { NARROW };
    with(&RIGHT, |buffer| {
        let packed = lend(buffer, inner * width);
        let turned = p.b.col_stride != 1;
        let as_b = Part { data: p.b.data, row_stride: p.b.col_stride, col_stride: p.b.row_stride };
        // SAFETY: the processor was asked before; the extents of `b` were checked.
        #[expect(unsafe_code, reason = "packing reads through raw pointers")]
        unsafe {
            tile::pack(source(&as_b, (0, 0), turned), (inner, cols), (packed.as_mut_ptr(), width));
        }
        let (packed, (out, at, stride)) = (&*packed, p.out);
        spread(rows.div_ceil(64), rows * inner * cols, parallel, |piece| {
            let first = piece * 64;
            let (rows, c) = (64.min(rows - first), out.at(at + first * stride));
            let a = (p.a.data[first * p.a.row_stride..].as_ptr(), p.a.row_stride);
            let goal = Goal { c, stride, rows, cols, alpha: p.alpha, accumulate: p.accumulate };
            // SAFETY: the extents of `a` were checked, and these rows belong to this task.
            #[expect(unsafe_code, reason = "the tile works on raw pointers")]
            unsafe {
                tile::narrow(inner, a, packed.as_ptr(), goal);
            }
        });
    });
}
