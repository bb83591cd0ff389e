//! Matrices of brain floats (bf16), packed once in the order products read them.

use crate::real::Real;
use rayon::prelude::*;
use std::ops::Range;

/// Columns of a panel.
pub(super) const COLS: usize = 32;
/// Inner numbers come in whole steps of so many, zeros behind the last: what one AMX tile
/// row holds.
pub(super) const STEP: usize = 32;
/// Pairs of a line.
const LINE: usize = 16;

/// Sixteen pairs, one cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Line([u32; LINE]);

/// A right factor b (inner × columns), rounded to bf16.
///
/// Brain of 32 columns; in a panel, for each two inner numbers, the 32 pairs (b[2l][c],
/// b[2l+1][c]). This is what `vdpbf16ps` multiplies with and, by 16 × 16 pairs, a tile of
/// AMX.
#[derive(Clone, Debug, Default)]
pub struct Brain {
    lines: Vec<Line>,
    inner: usize,
    cols: usize,
}

/// bf16 to the nearest, ties to even; a NaN stays one.
#[inline(always)]
pub(super) fn round(x: f32) -> u16 {
    let bits = x.to_bits();
    let rounded = (bits.wrapping_add(0x7fff + ((bits >> 16) & 1))) >> 16;
    if x.is_nan() { (bits >> 16) as u16 | 0x40 } else { rounded as u16 }
}

/// The number a bf16 stands for.
#[inline(always)]
pub(super) fn widen(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

impl Brain {
    /// Packs b; `at(l, c)` gives its numbers as bf16.
    pub fn pack(inner: usize, cols: usize, at: impl Fn(usize, usize) -> u16 + Sync) -> Self {
        let pairs = inner.next_multiple_of(STEP) / 2;
        let mut lines = vec![Line::default(); cols.div_ceil(COLS) * pairs * COLS / LINE];
        lines.par_chunks_mut((pairs * COLS / LINE).max(1)).enumerate().for_each(|(panel, lines)| {
            for (i, line) in lines.iter_mut().enumerate() {
                let (l, c) = (i / (COLS / LINE) * 2, panel * COLS + i % (COLS / LINE) * LINE);
                for (j, pair) in line.0.iter_mut().enumerate().take(cols.saturating_sub(c)) {
                    let half = |l: usize| if l < inner { u32::from(at(l, c + j)) } else { 0 };
                    *pair = half(l) | half(l + 1) << 16;
                }
            }
        });
        Self { lines, inner, cols }
    }

    /// Inner numbers.
    pub fn inner(&self) -> usize {
        self.inner
    }

    /// Columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Inner numbers with the zeros behind them.
    pub fn depth(&self) -> usize {
        self.inner.next_multiple_of(STEP)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.lines[..])
    }

    /// The lines of a panel from inner number `l` (a multiple of [`STEP`]) on.
    pub(crate) fn panel(&self, panel: usize, l: usize) -> &[Line] {
        let pairs = self.depth() / 2;
        &self.lines[(panel * pairs + l / 2) * (COLS / LINE)..(panel + 1) * pairs * (COLS / LINE)]
    }

    /// b[l][c] as bf16.
    pub fn at(&self, l: usize, c: usize) -> u16 {
        let pair = (c / COLS * (self.depth() / 2) + l / 2) * COLS + c % COLS;
        (self.lines[pair / LINE].0[pair % LINE] >> (16 * (l % 2))) as u16
    }

    /// Columns of b, each as one row of `out`: rows of a weight that was packed for its
    /// forward.
    pub fn columns(&self, columns: Range<usize>, out: &mut [f32]) {
        for (c, row) in columns.zip(out.chunks_exact_mut(self.inner.max(1))) {
            row.iter_mut().enumerate().for_each(|(l, x)| *x = widen(self.at(l, c)));
        }
    }

    /// Rows `l…` of one panel as f32, [`COLS`] numbers a row.
    pub(crate) fn widened(&self, panel: usize, out: &mut [f32]) {
        for (row, lines) in out.chunks_exact_mut(2 * COLS).zip(self.panel(panel, 0).chunks_exact(COLS / LINE))
        {
            let (even, odd) = row.split_at_mut(COLS);
            for (c, pair) in lines.iter().flat_map(|line| line.0).enumerate() {
                (even[c], odd[c]) = (f32::from_bits(pair << 16), f32::from_bits(pair & 0xffff_0000));
            }
        }
    }
}

/// `c = bf16(a)·b`, or added, in plain loops; `a` has `rows` rows.
pub(super) fn plain<F: Real>(b: &Brain, (a, rows): (&[F], usize), add: bool, c: &mut [F]) {
    for (a, c) in a.chunks_exact(b.inner).zip(c.chunks_exact_mut(b.cols)).take(rows) {
        let a: Vec<F> = a.iter().map(|x| F::of(f64::from(widen(round(x.to_f64() as f32))))).collect();
        for (j, c) in c.iter_mut().enumerate() {
            let products = a.iter().enumerate().map(|(l, &a)| a * F::of(f64::from(widen(b.at(l, j)))));
            let sum = products.fold(F::ZERO, |sum, x| sum + x);
            *c = if add { *c + sum } else { sum };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_nearest_even_and_keeps_nan_and_infinity() {
        for (x, bits) in [(1.0, 0x3f80), (1.003_906_3, 0x3f80), (1.011_718_8, 0x3f82), (-0.0, 0x8000)] {
            assert_eq!(round(x), bits, "{x}");
        }
        assert!(widen(round(f32::NAN)).is_nan() && widen(round(-f32::NAN)).is_nan());
        assert_eq!(widen(round(f32::MAX)), f32::INFINITY);
        assert_eq!(widen(round(f32::NEG_INFINITY)), f32::NEG_INFINITY);
        for i in 0..100_000u32 {
            let x = f32::from_bits(i.wrapping_mul(2_654_435_761));
            assert!(x.is_nan() || round(x) == half::bf16::from_f32(x).to_bits(), "{x}");
        }
    }

    #[test]
    fn what_was_packed_is_read_back() {
        for (inner, cols) in [(1, 1), (31, 33), (64, 32), (70, 100)] {
            let value = |l: usize, c: usize| (l * 251 + c * 7 + 1) as u16;
            let panels = Brain::pack(inner, cols, value);
            assert!((0..inner).all(|l| (0..cols).all(|c| panels.at(l, c) == value(l, c))));
            let mut columns = vec![0.0; inner * cols];
            panels.columns(0..cols, &mut columns);
            assert!(
                columns
                    .iter()
                    .enumerate()
                    .all(|(i, &x)| { x.to_bits() == widen(value(i % inner, i / inner)).to_bits() })
            );
            let mut wide = vec![9.0; panels.depth() * COLS];
            panels.widened(0, &mut wide);
            assert_eq!(wide[0], widen(value(0, 0)));
            assert!(wide[inner * COLS..].iter().all(|&x| x == 0.0), "zeros behind the last row");
        }
    }
}
