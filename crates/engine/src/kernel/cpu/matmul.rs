//! Matrix products: own blocks and tiles where the processor has AVX-512, else the `gemm`
//! crate on fixed panels, one panel a task.
//!
//! The crate packs both sides again for every panel and has no tile for the eight columns
//! of an adapter: a fifth of a training step, measured. Own tiles pack each side once.

use super::row;
#[cfg(target_arch = "x86_64")]
use super::{blocked, tile};
use crate::kernel::Mat;
use rayon::prelude::*;

/// Rows and columns a panel has at least, so that packing pays.
const PANEL: usize = 128;
/// Panels at most; more than any machine here has cores, few enough to stay large.
const PANELS: usize = 16;
/// Rows that are cheaper one by one than packed.
const FEW: usize = 4;
/// Columns of a product that is narrow: one vector.
const NARROW: usize = 16;
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

    /// Where element `i` is.
    pub(super) fn at(&self, i: usize) -> *mut f32 {
        assert!(i < self.len);
        self.data.wrapping_add(i)
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

impl<'a> Part<'a> {
    fn of(m: Mat<'a, f32>) -> Self {
        Self { data: m.data, row_stride: m.row_stride, col_stride: m.col_stride }
    }
}

/// A product: c = α·a·b, or added to c.
#[derive(Clone, Copy)]
pub(super) struct Product<'a> {
    /// Rows of c, inner numbers, columns of c.
    pub(super) shape: (usize, usize, usize),
    pub(super) alpha: f32,
    pub(super) a: Part<'a>,
    pub(super) b: Part<'a>,
    pub(super) accumulate: bool,
    /// The buffer of c, where it begins there and the distance between its rows.
    pub(super) out: (Shared, usize, usize),
}

impl Product<'_> {
    /// Whether the own tiles can do it: the processor, and both layouts without gaps.
    fn has_tiles(&self) -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            let dense = |p: &Part<'_>| p.row_stride == 1 || p.col_stride == 1;
            dense(&self.a) && dense(&self.b) && tile::available()
        }
        #[cfg(not(target_arch = "x86_64"))]
        false
    }

    /// Panics when anything would be read or written outside its buffer.
    fn check(&self) {
        let (rows, inner, cols) = self.shape;
        let last = |p: &Part<'_>, r: usize, c: usize| (r - 1) * p.row_stride + (c - 1) * p.col_stride;
        assert!(inner > 0 && last(&self.a, rows, inner) < self.a.data.len());
        assert!(last(&self.b, inner, cols) < self.b.data.len());
        let (out, first, stride) = &self.out;
        assert!(*stride >= cols && first + (rows - 1) * stride + cols <= out.len);
    }

    /// Computes it; only `parallel` when no other task is waiting for this thread.
    fn run(&self, parallel: bool) {
        let (rows, inner, cols) = self.shape;
        if rows == 0 || cols == 0 {
            return;
        }
        self.check();
        #[cfg(target_arch = "x86_64")]
        if self.has_tiles() {
            return blocked::product(self, parallel);
        }
        if parallel {
            return self.panels();
        }
        let (Part { data: a, .. }, Part { data: b, .. }, (out, first, stride)) = (self.a, self.b, self.out);
        // SAFETY: every element read and written is inside its slice (just checked), and
        // the rectangle of `out` belongs to this task alone.
        #[expect(unsafe_code, reason = "gemm takes raw pointers")]
        unsafe {
            gemm::gemm(
                rows,
                cols,
                inner,
                out.data.add(first),
                1,
                stride as isize,
                self.accumulate,
                a.as_ptr(),
                self.a.col_stride as isize,
                self.a.row_stride as isize,
                b.as_ptr(),
                self.b.col_stride as isize,
                self.b.row_stride as isize,
                1.0,
                self.alpha,
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
    }

    /// The `gemm` crate on several threads: panels cut by the shape only.
    fn panels(&self) {
        let (rows, inner, cols) = self.shape;
        let (row_panels, col_panels) = grid(rows, inner, cols);
        let panel = |i: usize| {
            let (i, j) = (i / col_panels, i % col_panels);
            let (r0, r1) = (border(i, row_panels, rows), border(i + 1, row_panels, rows));
            let (c0, c1) = (border(j, col_panels, cols), border(j + 1, col_panels, cols));
            if r0 == r1 || c0 == c1 {
                return;
            }
            let a = Part { data: &self.a.data[r0 * self.a.row_stride..], ..self.a };
            let b = Part { data: &self.b.data[c0 * self.b.col_stride..], ..self.b };
            let (out, first, stride) = self.out;
            let out = (out, first + r0 * stride + c0, stride);
            Product { shape: (r1 - r0, inner, c1 - c0), a, b, out, ..*self }.run(false);
        };
        match row_panels * col_panels {
            1 => panel(0),
            panels => (0..panels).into_par_iter().for_each(panel),
        }
    }
}

/// `c = α·a·b` (or added) on this thread; `c` is rows × cols inside `out` from `first`.
pub(super) fn gemm(
    shape: (usize, usize, usize),
    alpha: f32,
    a: Part<'_>,
    b: Part<'_>,
    accumulate: bool,
    out: (Shared, usize, usize),
) {
    Product { shape, alpha, a, b, accumulate, out }.run(false);
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
    let weight = b.row_stride == 1 && b.col_stride == inner && a.col_stride == 1;
    if weight && rows <= FEW && a.row_stride == inner {
        return matvecs(alpha, (a.data, b.data, inner), accumulate, c);
    }
    if cols <= NARROW && rows > NARROW && a.row_stride == 1 && b.col_stride == 1 {
        return turned(alpha, (Part::of(b.t()), Part::of(a.t())), (rows, inner, cols), accumulate, c);
    }
    let out = (Shared::new(c), 0, cols);
    let shape = (rows, inner, cols);
    Product { shape, alpha, a: Part::of(a), b: Part::of(b), accumulate, out }.run(true);
}

/// A product with many rows and few columns by its transpose: the long side is then read
/// along its rows. `a` and `b` are the factors of the transpose.
fn turned(
    alpha: f32,
    (a, b): (Part<'_>, Part<'_>),
    (rows, inner, cols): (usize, usize, usize),
    accumulate: bool,
    c: &mut [f32],
) {
    let mut wide = vec![0.0; rows * cols];
    let out = (Shared::new(&mut wide), 0, rows);
    Product { shape: (cols, inner, rows), alpha, a, b, accumulate: false, out }.run(true);
    for (i, c) in c.chunks_exact_mut(cols).enumerate() {
        for (j, c) in c.iter_mut().enumerate() {
            *c = wide[j * rows + i] + if accumulate { *c } else { 0.0 };
        }
    }
}

/// A few rows times a transposed weight: bound by reading the weight once, so each piece
/// of it meets all the rows while it is in the cache.
fn matvecs(alpha: f32, (x, w, inner): (&[f32], &[f32], usize), accumulate: bool, y: &mut [f32]) {
    let (rows, outs) = (x.len() / inner, w.len() / inner);
    let piece = ((1 << 16) / inner).max(8);
    let y = Shared::new(y);
    let run = |i: usize| {
        let (first, n) = (i * piece, piece.min(outs - i * piece));
        let w = &w[first * inner..(first + n) * inner];
        for (r, x) in x.chunks_exact(inner).enumerate() {
            // SAFETY: these outputs of each row belong to this task.
            #[expect(unsafe_code, reason = "each output is written by one task")]
            let y = unsafe { y.piece(r * outs + first, n) };
            row::matvec(alpha, w, x, accumulate, y);
        }
    };
    match outs.div_ceil(piece) {
        pieces if pieces <= 2 || rows == 0 => (0..pieces).for_each(run),
        pieces => (0..pieces).into_par_iter().for_each(run),
    }
}
