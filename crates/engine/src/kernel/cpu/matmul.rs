//! Matrix products: the `gemm` crate on fixed panels, one panel a task.

use super::row;
use crate::kernel::Mat;
use rayon::prelude::*;

/// Rows and columns a panel has at least, so that packing pays.
const PANEL: usize = 128;
/// Panels at most; more than any machine here has cores, few enough to stay large.
const PANELS: usize = 16;
/// Multiplications worth a task of their own.
const TASK_WORK: usize = 1 << 21;

/// A matrix several tasks write in different places.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    data: *mut f32,
    len: usize,
}

#[expect(unsafe_code, reason = "tasks write disjoint elements; each use says why")]
unsafe impl Send for Shared {}
#[expect(unsafe_code, reason = "tasks write disjoint elements; each use says why")]
unsafe impl Sync for Shared {}

impl Shared {
    pub(super) fn new(data: &mut [f32]) -> Self {
        Self { data: data.as_mut_ptr(), len: data.len() }
    }

    /// A run of elements no other task touches while the slice lives, inside the buffer
    /// the `Shared` was made of, which outlives the tasks.
    #[expect(unsafe_code, reason = "the caller owns these elements among the tasks")]
    #[expect(clippy::mut_from_ref, reason = "handing out disjoint pieces is the purpose")]
    pub(super) unsafe fn piece(&self, first: usize, len: usize) -> &mut [f32] {
        assert!(first + len <= self.len);
        // SAFETY: in bounds (just checked); disjointness is the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(first), len) }
    }
}

/// One strided matrix, by its first element inside a slice.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) data: &'a [f32],
    pub(super) row_stride: usize,
    pub(super) col_stride: usize,
}

/// `c = α·a·b` (or added) on this thread; `c` is rows × cols inside `out` from `first`.
pub(super) fn gemm(
    (rows, inner, cols): (usize, usize, usize),
    alpha: f32,
    a: Part<'_>,
    b: Part<'_>,
    accumulate: bool,
    (out, first, stride): (Shared, usize, usize),
) {
    if rows == 0 || cols == 0 {
        return;
    }
    let last = |p: &Part<'_>, r: usize, c: usize| (r - 1) * p.row_stride + (c - 1) * p.col_stride;
    assert!(inner > 0 && last(&a, rows, inner) < a.data.len() && last(&b, inner, cols) < b.data.len());
    assert!(stride >= cols && first + (rows - 1) * stride + cols <= out.len);
    // SAFETY: every element read and written is inside its slice (asserted above), and the
    // rectangle of `out` belongs to this task alone.
    #[expect(unsafe_code, reason = "gemm takes raw pointers")]
    unsafe {
        gemm::gemm(
            rows,
            cols,
            inner,
            out.data.add(first),
            1,
            stride as isize,
            accumulate,
            a.data.as_ptr(),
            a.col_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.col_stride as isize,
            b.row_stride as isize,
            1.0,
            alpha,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// Into how many rows and columns of panels a product is cut: by its shape only.
fn grid(rows: usize, inner: usize, cols: usize) -> (usize, usize) {
    let wanted = (rows * inner * cols / TASK_WORK).clamp(1, PANELS);
    let (most_rows, most_cols) = (rows.div_ceil(PANEL), cols.div_ceil(PANEL));
    if rows >= cols {
        let r = wanted.min(most_rows);
        (r, (wanted / r).clamp(1, most_cols))
    } else {
        let c = wanted.min(most_cols);
        ((wanted / c).clamp(1, most_rows), c)
    }
}

/// Where piece `i` of `pieces` begins, a multiple of 16 so that tiles stay whole.
fn border(i: usize, pieces: usize, len: usize) -> usize {
    if i == pieces { len } else { (len * i / pieces).next_multiple_of(16).min(len) }
}

pub(super) fn matmul(alpha: f32, a: Mat<'_, f32>, b: Mat<'_, f32>, accumulate: bool, c: &mut [f32]) {
    let (rows, inner, cols) = (a.rows, a.cols, b.cols);
    assert_eq!((inner, rows * cols), (b.rows, c.len()), "a product of {rows} × {inner} × {cols}");
    if rows == 1 && b.row_stride == 1 && b.col_stride == inner && a.col_stride == 1 {
        return matvec(alpha, a.data, b.data, accumulate, c);
    }
    let part = |m: &Mat<'_, f32>, r: usize, c: usize| {
        (r * m.row_stride + c * m.col_stride, m.row_stride, m.col_stride)
    };
    let (row_panels, col_panels) = grid(rows, inner, cols);
    let out = Shared::new(c);
    let panel = |i: usize| {
        let (i, j) = (i / col_panels, i % col_panels);
        let (r0, r1) = (border(i, row_panels, rows), border(i + 1, row_panels, rows));
        let (c0, c1) = (border(j, col_panels, cols), border(j + 1, col_panels, cols));
        if r0 == r1 || c0 == c1 {
            return;
        }
        let (at, row_stride, col_stride) = part(&a, r0, 0);
        let left = Part { data: &a.data[at..], row_stride, col_stride };
        let (at, row_stride, col_stride) = part(&b, 0, c0);
        let right = Part { data: &b.data[at..], row_stride, col_stride };
        gemm((r1 - r0, inner, c1 - c0), alpha, left, right, accumulate, (out, r0 * cols + c0, cols));
    };
    match row_panels * col_panels {
        1 => panel(0),
        panels => (0..panels).into_par_iter().for_each(panel),
    }
}

/// One row times a transposed weight: bound by reading the weight once.
fn matvec(alpha: f32, x: &[f32], w: &[f32], accumulate: bool, y: &mut [f32]) {
    let rows = ((1 << 16) / x.len().max(1)).max(8);
    if y.len() <= 2 * rows {
        return row::matvec(alpha, w, x, accumulate, y);
    }
    let pieces = y.par_chunks_mut(rows).zip(w.par_chunks(rows * x.len()));
    pieces.for_each(|(y, w)| row::matvec(alpha, w, x, accumulate, y));
}
