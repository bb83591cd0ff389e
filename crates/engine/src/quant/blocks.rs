//! Weights as small integers for serving: blocks of 32 inputs with a half-precision scale,
//! sixteen rows side by side, so that one vector holds the same inputs of sixteen rows and
//! a product streams memory once from its beginning to its end.

use super::dot::{self, Level};
use super::few::{Cells, Few, Input};
use crate::kernel::cpu::simd::simd;
use crate::kernel::{Kernel, Panels};
use crate::net::Weight;
use half::f16;
use rayon::prelude::*;
use std::ops::Range;

/// Rows side by side.
pub(crate) const LANES: usize = 16;
/// Inputs that share a scale.
pub(crate) const BLOCK: usize = 32;

/// How many bits a number has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// −127…127.
    Eight,
    /// −8…7.
    Four,
}

impl Bits {
    /// Vectors of 64 bytes a block of sixteen rows takes.
    pub(crate) fn lines(self) -> usize {
        match self {
            Self::Eight => 8,
            Self::Four => 4,
        }
    }

    /// What is added to a number so that it is stored without a sign.
    pub(crate) fn offset(self) -> i32 {
        match self {
            Self::Eight => 128,
            Self::Four => 8,
        }
    }
}

/// Four inputs of sixteen rows (8 bits), or eight: the low halves of the bytes belong to
/// the first sixteen inputs of the block, the high halves to the others.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [u8; 64]);

/// An out × in weight in blocks of integers.
#[derive(Clone, Debug)]
pub struct Blocks {
    bits: Bits,
    shape: [usize; 2],
    /// By group of rows, block of inputs, line.
    lines: Vec<Line>,
    /// By group of rows and block of inputs: the scales of sixteen rows, half precision.
    scales: Vec<[u16; LANES]>,
}

/// One group of sixteen rows.
#[derive(Clone, Copy)]
pub(crate) struct Group<'a> {
    pub(crate) bits: Bits,
    pub(crate) lines: &'a [Line],
    pub(crate) scales: &'a [[u16; LANES]],
}

impl Blocks {
    /// Quantises a weight that is read a panel at a time: `read(first, out)` gives the
    /// numbers from `first` of its row-major flattening on.
    ///
    /// # Errors
    /// What `read` says.
    pub fn encode<E>(
        bits: Bits,
        shape: [usize; 2],
        mut read: impl FnMut(usize, &mut [f32]) -> Result<(), E>,
    ) -> Result<Self, E> {
        /// Numbers in memory at once, about.
        const PANEL: usize = 1 << 18;
        let [outs, ins] = shape;
        let (groups, blocks) = (outs.div_ceil(LANES), ins.div_ceil(BLOCK));
        let mut lines = vec![Line([0; 64]); groups * blocks * bits.lines()];
        let mut scales = vec![[0u16; LANES]; groups * blocks];
        let at_once = (PANEL / (ins * LANES).max(1)).clamp(1, groups.max(1));
        let mut panel = vec![0.0; (at_once * LANES).min(outs) * ins];
        for first in (0..groups).step_by(at_once) {
            let rows = first * LANES..outs.min((first + at_once) * LANES);
            let panel = &mut panel[..rows.len() * ins];
            read(rows.start * ins, panel)?;
            let lines = lines[first * blocks * bits.lines()..].par_chunks_mut(blocks * bits.lines());
            let scales = scales[first * blocks..].par_chunks_mut(blocks);
            panel.par_chunks(LANES * ins).zip(lines.zip(scales)).for_each(|(rows, (lines, scales))| {
                encode_group(bits, rows, ins, lines, scales);
            });
        }
        Ok(Self { bits, shape, lines, scales })
    }

    fn group(&self, group: usize) -> Group<'_> {
        let blocks = self.shape[1].div_ceil(BLOCK);
        let per = blocks * self.bits.lines();
        Group {
            bits: self.bits,
            lines: &self.lines[group * per..][..per],
            scales: &self.scales[group * blocks..][..blocks],
        }
    }

    /// The numbers of a row at some columns.
    fn row(&self, row: usize, cols: Range<usize>, out: &mut [f32]) {
        let (group, lane, per) = (self.group(row / LANES), row % LANES, self.bits.lines());
        for (out, col) in out.iter_mut().zip(cols) {
            let (block, i) = (col / BLOCK, col % BLOCK);
            let lines = &group.lines[block * per..][..per];
            let quant = match self.bits {
                Bits::Eight => lines[i / 4].0[lane * 4 + i % 4],
                Bits::Four if i < 16 => lines[i / 4].0[lane * 4 + i % 4] & 15,
                Bits::Four => lines[(i - 16) / 4].0[lane * 4 + i % 4] >> 4,
            };
            let scale = f16::from_bits(group.scales[block][lane]).to_f32();
            *out = (i32::from(quant) - self.bits.offset()) as f32 * scale;
        }
    }

    /// The product on one kind of instructions.
    #[cfg(test)]
    pub(crate) fn multiply_at(&self, level: Level, x: &[f32], rows: usize, y: &mut [f32]) {
        let input = Input::of(x, rows, true);
        let cells = Cells::new(y, self.shape[0]);
        self.part(level, 0..self.units(), &input, cells);
    }

    fn part(&self, level: Level, groups: Range<usize>, input: &Input<'_, f32>, y: Cells<'_, f32>) {
        let Some(x) = &input.quantised else { return };
        for group in groups {
            let first = group * LANES;
            let outs = LANES.min(self.shape[0] - first);
            dot::group(level, self.group(group), x, |row, sums| {
                // SAFETY: these outputs belong to this group, which one task has.
                #[expect(unsafe_code, reason = "each group of outputs is written by one task")]
                let y = unsafe { y.piece(row, first, outs) };
                y.copy_from_slice(&sums[..outs]);
            });
        }
    }
}

/// Quantises up to sixteen rows.
fn encode_group(bits: Bits, rows: &[f32], ins: usize, lines: &mut [Line], scales: &mut [[u16; LANES]]) {
    let mut quants = [0i8; BLOCK];
    let blocks = scales.iter_mut().zip(lines.chunks_exact_mut(bits.lines()));
    for (block, (scales, lines)) in blocks.enumerate() {
        lines.fill(Line(
            [match bits {
                Bits::Eight => 128,
                Bits::Four => 0x88,
            }; 64],
        ));
        for (lane, row) in rows.chunks_exact(ins).enumerate() {
            let mut x = [0.0f32; BLOCK];
            let part = &row[block * BLOCK..ins.min((block + 1) * BLOCK)];
            x[..part.len()].copy_from_slice(part);
            scales[lane] = match bits {
                Bits::Eight => eight(&x, &mut quants),
                Bits::Four => four(&x, &mut quants),
            };
            for (i, &q) in quants.iter().enumerate() {
                let stored = (i32::from(q) + bits.offset()) as u8;
                match bits {
                    Bits::Eight => lines[i / 4].0[lane * 4 + i % 4] = stored,
                    Bits::Four if i < 16 => {
                        let byte = &mut lines[i / 4].0[lane * 4 + i % 4];
                        *byte = *byte & 0xf0 | stored;
                    }
                    Bits::Four => {
                        let byte = &mut lines[(i - 16) / 4].0[lane * 4 + i % 4];
                        *byte = *byte & 0x0f | stored << 4;
                    }
                }
            }
        }
    }
}

/// The nearest whole number, for |x| < 2²²; the addition does the rounding.
#[inline(always)]
pub(crate) fn nearest(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³
    (x + ROUND) - ROUND
}

/// The largest magnitude.
#[inline(always)]
pub(crate) fn largest(x: &[f32]) -> f32 {
    x.iter().fold(0.0f32, |m, x| if x.abs() > m { x.abs() } else { m })
}

/// One over a scale, 0 for a block of zeros.
fn inverse(scale: f16) -> f32 {
    let scale = scale.to_f32();
    if scale == 0.0 { 0.0 } else { 1.0 / scale }
}

simd! {
    /// `q = x · inverse`, whole numbers from `low` to `high`.
    fn round(x: &[f32; BLOCK], inverse: f32, low: f32, high: f32, quants: &mut [i8; BLOCK]) {
        for (q, &x) in quants.iter_mut().zip(x) {
            *q = nearest(x * inverse).clamp(low, high) as i32 as i8;
        }
    }
}

/// Σ x·q and Σ q² for the numbers a scale of one over `inverse` gives.
#[inline(always)]
fn fit(x: &[f32; BLOCK], inverse: f32) -> (f32, f32) {
    let (mut xq, mut qq) = ([0.0f32; BLOCK], [0.0f32; BLOCK]);
    for i in 0..BLOCK {
        let q = nearest(x[i] * inverse).clamp(-8.0, 7.0);
        xq[i] = x[i] * q;
        qq[i] = q * q;
    }
    let mut half = BLOCK / 2;
    while half > 0 {
        for i in 0..half {
            xq[i] += xq[i + half];
            qq[i] += qq[i + half];
        }
        half /= 2;
    }
    (xq[0], qq[0])
}

simd! {
    /// Of several scales the one whose numbers fit best in the least squares; letting the
    /// largest number decide is a tenth worse.
    fn fitting_scale(x: &[f32; BLOCK], most: f32) -> f32 {
        let mut best = (0.0f32, 0.0f32);
        for part in [-9.2f32, -8.6, -8.0, -7.5, -7.0, 7.0, 7.5, 8.0] {
            let (xq, qq) = fit(x, part / most);
            if qq > 0.0 && xq * xq > best.0 * qq {
                best = (xq * xq / qq, xq / qq);
            }
        }
        best.1
    }
}

/// Eight bits: the largest magnitude becomes 127.
fn eight(x: &[f32; BLOCK], quants: &mut [i8; BLOCK]) -> u16 {
    let scale = f16::from_f32((largest(x) / 127.0).min(f16::MAX.to_f32()));
    round(x, inverse(scale), -127.0, 127.0, quants);
    scale.to_bits()
}

/// Four bits.
fn four(x: &[f32; BLOCK], quants: &mut [i8; BLOCK]) -> u16 {
    let most = x.iter().fold(0.0f32, |m, &x| if x.abs() > m.abs() { x } else { m });
    let limit = f16::MAX.to_f32();
    let scale = if most == 0.0 { 0.0 } else { fitting_scale(x, most) };
    let scale = f16::from_f32(scale.clamp(-limit, limit));
    round(x, inverse(scale), -8.0, 7.0, quants);
    scale.to_bits()
}

impl Few<f32> for Blocks {
    fn units(&self) -> usize {
        self.shape[0].div_ceil(LANES)
    }

    fn unit_bytes(&self) -> usize {
        self.shape[1].div_ceil(BLOCK) * (64 * self.bits.lines() + 2 * LANES)
    }

    fn on_integers(&self) -> bool {
        true
    }

    fn run(&self, units: Range<usize>, input: &Input<'_, f32>, y: Cells<'_, f32>) {
        self.part(Level::here(), units, input, y);
    }
}

impl Panels<f32> for Blocks {
    fn decode(&self, rows: Range<usize>, cols: Range<usize>, out: &mut [f32]) {
        for (row, out) in rows.zip(out.chunks_exact_mut(cols.len())) {
            self.row(row, cols.clone(), out);
        }
    }
}

impl Weight<f32> for Blocks {
    fn multiply(&self, _kernel: &dyn Kernel<f32>, x: &[f32], rows: usize, y: &mut [f32]) {
        super::few::multiply(&mut [super::few::Job { weight: self, x, rows, y }]);
    }

    fn multiply_transposed(
        &self,
        kernel: &dyn Kernel<f32>,
        dy: &[f32],
        rows: usize,
        add: bool,
        dx: &mut [f32],
    ) {
        kernel.multiply_panels_transposed(self, self.shape, (dy, rows), add, dx);
    }

    fn rows(&self, rows: Range<usize>, out: &mut [f32]) {
        Panels::decode(self, rows, 0..self.shape[1], out);
    }

    fn bytes(&self) -> usize {
        size_of_val(&self.lines[..]) + size_of_val(&self.scales[..])
    }

    fn few(&self, _rows: usize) -> Option<&dyn Few<f32>> {
        Some(self)
    }
}
