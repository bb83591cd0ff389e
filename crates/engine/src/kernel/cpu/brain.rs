//! Products with a bf16 matrix: the left side is rounded to bf16 once, sums stay f32.
//!
//! Cut by the shape only, like the f32 blocks, so the bytes do not depend on threads.

use super::matmul::{Part, Shared, gemm};
use super::row;
#[cfg(target_arch = "x86_64")]
use super::{amx, tile};
use crate::kernel::brain::{self, Brain, COLS, STEP};
use rayon::prelude::*;
use std::cell::Cell;
use std::sync::OnceLock;

/// Rows of a tile: what AMX takes at once; the AVX-512 tile takes them in three parts.
const ROWS: usize = 32;
/// Inner numbers a block, a multiple of [`STEP`].
const INNER: usize = 1024;
/// Rows a block: rounded they take 2 MiB.
const BLOCK_ROWS: usize = 1024;
/// Tasks wanted at least.
const TASKS: usize = 16;
/// Multiplications worth more than one thread.
const WORK: usize = 1 << 20;

/// Which kernel multiplies brain floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) enum Kind {
    /// `tdpbf16ps` on tiles.
    Amx,
    /// `vdpbf16ps`.
    Avx512Bf16,
    /// Widened to f32 a panel at a time, then the f32 product.
    Widened,
}

/// The kernel of this process, chosen once.
pub(in crate::kernel) fn kind() -> Kind {
    static KIND: OnceLock<Kind> = OnceLock::new();
    *KIND.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        {
            if amx::verdict().is_ok() {
                return Kind::Amx;
            }
            if tile::brain_available() {
                return Kind::Avx512Bf16;
            }
        }
        Kind::Widened
    })
}

thread_local! {
    /// The left side, rounded, by lines so that it is aligned. Taken out while in use.
    static LEFT: Cell<Vec<Rounded>> = const { Cell::new(Vec::new()) };
    /// A widened panel, or the left side rounded and widened.
    static WIDE: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// A cache line of brain floats.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Rounded([u16; STEP]);

/// `c = bf16(a)·b`, or added, with the kernel of this process; `a` has `rows` rows.
pub(super) fn product(b: &Brain, a: (&[f32], usize), add: bool, c: &mut [f32]) {
    product_with(kind(), b, a, add, c);
}

/// The same with a kernel of choice, which the processor must have.
pub(super) fn product_with(kind: Kind, b: &Brain, (a, rows): (&[f32], usize), add: bool, c: &mut [f32]) {
    assert_eq!((a.len(), c.len()), (rows * b.inner(), rows * b.cols()), "{rows} rows");
    // A few rows leave most of an AMX tile empty; its processors have the other instructions.
    #[cfg(target_arch = "x86_64")]
    let kind =
        if kind == Kind::Amx && rows < ROWS / 2 && tile::brain_available() { Kind::Avx512Bf16 } else { kind };
    if kind == Kind::Widened {
        return widened(b, (a, rows), add, c);
    }
    let out = Shared::new(c);
    for first in (0..rows).step_by(BLOCK_ROWS) {
        for l in (0..b.depth()).step_by(INNER) {
            let rows = BLOCK_ROWS.min(rows - first);
            let block = Block { kind, b, first, rows, l, depth: INNER.min(b.depth() - l), add, out };
            let mut buffer = LEFT.take();
            block.run(a, &mut buffer);
            LEFT.set(buffer);
        }
    }
}

/// Some rows and some of the inner numbers of a product.
struct Block<'a> {
    kind: Kind,
    b: &'a Brain,
    first: usize,
    rows: usize,
    l: usize,
    depth: usize,
    add: bool,
    out: Shared,
}

impl Block<'_> {
    /// Lines of a rounded row: one more than needed, so that rows do not share cache sets.
    fn stride(&self) -> usize {
        self.depth / STEP + 1
    }

    fn run(&self, a: &[f32], buffer: &mut Vec<Rounded>) {
        let len = self.rows.next_multiple_of(ROWS) * self.stride();
        if buffer.len() < len {
            buffer.resize(len, Rounded([0; STEP]));
        }
        let parallel = self.rows * self.depth * self.b.cols() >= 2 * WORK;
        let left = &mut buffer[..len];
        let round = |(i, lines): (usize, &mut [Rounded])| self.round(a, i, lines);
        match parallel {
            true => left.par_chunks_mut(ROWS * self.stride()).enumerate().for_each(round),
            false => left.chunks_mut(ROWS * self.stride()).enumerate().for_each(round),
        }
        let (left, tiles) = (&*left, self.rows.div_ceil(ROWS));
        let panels = self.b.cols().div_ceil(COLS);
        let groups = TASKS.div_ceil(panels).min(tiles);
        let task = |i: usize| {
            let (panel, group) = (i / groups, i % groups);
            self.panel(panel, tiles * group / groups..tiles * (group + 1) / groups, left);
        };
        match parallel {
            true => (0..panels * groups).into_par_iter().for_each(task),
            false => (0..panels * groups).for_each(task),
        }
    }

    /// Rounds the rows of one tile; zeros behind the last row and the last number.
    fn round(&self, a: &[f32], tile: usize, lines: &mut [Rounded]) {
        let inner = self.b.inner();
        for (i, lines) in lines.chunks_exact_mut(self.stride()).enumerate() {
            let row = tile * ROWS + i;
            let numbers = match row < self.rows {
                true => &a[(self.first + row) * inner..][self.l.min(inner)..(self.l + self.depth).min(inner)],
                false => &[],
            };
            let (full, rest) = numbers.as_chunks::<STEP>();
            let (whole, behind) = lines.split_at_mut(full.len());
            whole.iter_mut().zip(full).for_each(|(line, x)| row::round(x, &mut line.0));
            behind.fill(Rounded([0; STEP]));
            if !rest.is_empty() {
                row::round(rest, &mut behind[0].0[..rest.len()]);
            }
        }
    }

    /// Some tiles of one panel of columns.
    #[cfg(target_arch = "x86_64")]
    fn panel(&self, panel: usize, tiles: std::ops::Range<usize>, left: &[Rounded]) {
        let (column, stride) = (panel * COLS, self.b.cols());
        let lines = self.b.panel(panel, self.l);
        let b = lines[..self.depth].as_ptr().cast::<u32>();
        let session = (self.kind == Kind::Amx).then(amx::Session::begin);
        for t in tiles {
            let row = t * ROWS;
            let goal = tile::Goal {
                c: self.out.at((self.first + row) * stride + column),
                stride,
                rows: ROWS.min(self.rows - row),
                cols: COLS.min(stride - column),
                alpha: 1.0,
                accumulate: self.add || self.l > 0,
            };
            let a = &left[row * self.stride()..(row + ROWS) * self.stride()];
            let a = (a.as_ptr().cast::<u32>(), self.stride() * STEP / 2);
            // SAFETY: the processor has the instructions of its kind; 32 rows of `depth`
            // numbers on the left, as many of 32 columns on the right (sliced above), and
            // this rectangle of the output belongs to this task.
            #[expect(unsafe_code, reason = "tiles work on raw pointers")]
            unsafe {
                match &session {
                    Some(_) => amx::tile(&mut amx::Silicon, self.depth, a, b, goal),
                    None => tile::brain(self.depth / 2, a, b, goal),
                }
            }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn panel(&self, _: usize, _: std::ops::Range<usize>, _: &[Rounded]) {
        unreachable!("this processor widens")
    }
}

/// For processors without bf16 products: the same numbers, multiplied as f32.
fn widened(b: &Brain, (a, rows): (&[f32], usize), add: bool, c: &mut [f32]) {
    let (inner, cols, out) = (b.inner(), b.cols(), Shared::new(c));
    let mut left = WIDE.take();
    left.resize(left.len().max(a.len()), 0.0);
    let left_used = &mut left[..a.len()];
    left_used.par_chunks_mut(1 << 14).zip(a.par_chunks(1 << 14)).for_each(|(y, x)| row::rounded(x, y));
    let left_side = Part { data: left_used, row_stride: inner, col_stride: 1 };
    (0..cols.div_ceil(COLS)).into_par_iter().for_each(|panel| {
        let (column, mut wide) = (panel * COLS, WIDE.take());
        wide.resize(wide.len().max(b.depth() * COLS), 0.0);
        b.widened(panel, &mut wide[..b.depth() * COLS]);
        let right = Part { data: &wide, row_stride: COLS, col_stride: 1 };
        gemm((rows, inner, COLS.min(cols - column)), 1.0, left_side, right, add, (out, column, cols));
        WIDE.set(wide);
    });
    WIDE.set(left);
}

/// Products of odd shapes on AMX against the plain kernel.
#[cfg(target_arch = "x86_64")]
pub(super) fn self_test() -> Result<(), String> {
    if !amx::advertised() {
        return Err("this processor or system has none".into());
    }
    for shape in SHAPES.into_iter().filter(|shape| shape.0 >= ROWS / 2) {
        compare(Kind::Amx, shape)?;
    }
    Ok(())
}

/// Rows, inner numbers, columns: edges of tiles, blocks and panels.
const SHAPES: [(usize, usize, usize); 7] =
    [(1, 1, 1), (5, 33, 31), (16, 32, 16), (33, 100, 47), (64, 64, 64), (70, 1055, 33), (1030, 40, 9)];

/// A product by a kernel against the plain one.
fn compare(kind: Kind, (rows, inner, cols): (usize, usize, usize)) -> Result<(), String> {
    let number = |i: usize| ((i * 7919 + 13) % 1009) as f32 / 504.5 - 1.0;
    let b = Brain::pack(inner, cols, |l, c| brain::round(number(l * cols + c)));
    let a: Vec<f32> = (0..rows * inner).map(|i| number(3 * i + 1)).collect();
    for add in [false, true] {
        let mut ours = vec![0.25; rows * cols];
        let mut plain = ours.clone();
        product_with(kind, &b, (&a, rows), add, &mut ours);
        brain::plain(&b, (&a, rows), add, &mut plain);
        let apart = ours.iter().zip(&plain).map(|(a, b)| (a - b).abs());
        let worst = apart.fold(0.0, |worst: f32, x| if x > worst || x.is_nan() { x } else { worst });
        if worst.is_nan() || worst >= 1e-5 * inner.max(32) as f32 {
            return Err(format!("a product of {rows} × {inner} × {cols} was {worst} off"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_this_processor_has_equals_the_plain_one() {
        for shape in SHAPES {
            compare(Kind::Widened, shape).unwrap();
            #[cfg(target_arch = "x86_64")]
            if tile::brain_available() {
                compare(Kind::Avx512Bf16, shape).unwrap();
            }
        }
    }

    #[test]
    fn rounding_to_brain_floats_costs_what_it_should() {
        // 2⁻⁹ at most on each factor, at random: about 2⁻⁹·√(2/3) of the size of the sum.
        let (rows, inner, cols) = (64, 512, 64);
        let mut rng = crate::rng::Rng::new(&[5]);
        let mut numbers = |n: usize| (0..n).map(|_| rng.normal() as f32).collect::<Vec<f32>>();
        let (a, w) = (numbers(rows * inner), numbers(inner * cols));
        let b = Brain::pack(inner, cols, |l, c| brain::round(w[l * cols + c]));
        let mut ours = vec![0.0; rows * cols];
        product(&b, (&a, rows), false, &mut ours);
        let (mut error, mut size) = (0.0, 0.0);
        for (i, &x) in ours.iter().enumerate() {
            let terms =
                (0..inner).map(|l| f64::from(a[i / cols * inner + l]) * f64::from(w[l * cols + i % cols]));
            let exact: f64 = terms.sum();
            error += (f64::from(x) - exact).powi(2);
            size += exact.powi(2);
        }
        let relative = (error / size).sqrt();
        assert!((1e-3..3e-3).contains(&relative), "{relative}");
    }
}
