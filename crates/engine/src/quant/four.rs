//! A weight held as NF4: decoded a panel at a time, never as a whole.

use super::nf4::{self, BLOCK, CODE};
use super::scales::{self, Scales};
use crate::kernel::{Kernel, Panels};
use crate::net::Weight;
use crate::real::Real;
use half::{bf16, f16};
use std::ops::Range;

/// The type bitsandbytes rounds a decoded number to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// Not at all.
    #[default]
    F32,
    /// To half precision.
    F16,
    /// To brain floats.
    Bf16,
}

/// An out × in weight in bitsandbytes' NF4.
#[derive(Clone, Debug)]
pub struct Nf4 {
    /// out × in.
    pub shape: [usize; 2],
    /// Two numbers a byte.
    pub nibbles: Vec<u8>,
    /// The scales of the blocks.
    pub scales: Scales,
    /// Numbers a block.
    pub block: usize,
    /// The sixteen values.
    pub code: [f32; 16],
    /// What decoded numbers are rounded to.
    pub rounding: Rounding,
}

impl Nf4 {
    /// Encodes a weight that is read a panel at a time: `read(first, out)` gives the numbers
    /// from `first` on.
    ///
    /// # Errors
    /// What `read` says.
    pub fn encode<E>(
        shape: [usize; 2],
        double_quant: bool,
        mut read: impl FnMut(usize, &mut [f32]) -> Result<(), E>,
    ) -> Result<Self, E> {
        /// Numbers in memory at once; a multiple of the block.
        const PANEL: usize = 1 << 18;
        let len = shape[0] * shape[1];
        let mut nibbles = vec![0; len.div_ceil(2)];
        let mut absmax = vec![0.0; len.div_ceil(BLOCK)];
        let mut panel = vec![0.0; PANEL.min(len)];
        for first in (0..len).step_by(PANEL) {
            let count = PANEL.min(len - first);
            read(first, &mut panel[..count])?;
            let nibbles = &mut nibbles[first / 2..][..count.div_ceil(2)];
            nf4::encode_into(&panel[..count], nibbles, &mut absmax[first / BLOCK..][..count.div_ceil(BLOCK)]);
        }
        let scales = if double_quant && !absmax.is_empty() {
            Scales::Double(scales::double(&absmax))
        } else {
            Scales::Plain(absmax)
        };
        Ok(Self { shape, nibbles, scales, block: BLOCK, code: CODE, rounding: Rounding::F32 })
    }

    /// The numbers from `first` of the row-major flattening on.
    pub fn decode(&self, first: usize, out: &mut [f32]) {
        let packed = (&self.nibbles[..], &self.code, self.block);
        nf4::decode_from(packed, |i| self.scales.get(i), first, out);
        match self.rounding {
            Rounding::F32 => {}
            Rounding::F16 => out.iter_mut().for_each(|x| *x = f16::from_f32(*x).to_f32()),
            Rounding::Bf16 => out.iter_mut().for_each(|x| *x = bf16::from_f32(*x).to_f32()),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.nibbles.len() + self.scales.bytes()
    }
}

impl Panels<f32> for Nf4 {
    fn decode(&self, rows: Range<usize>, cols: Range<usize>, out: &mut [f32]) {
        for (row, out) in rows.zip(out.chunks_exact_mut(cols.len())) {
            Self::decode(self, row * self.shape[1] + cols.start, out);
        }
    }
}

impl Panels<f64> for Nf4 {
    fn decode(&self, rows: Range<usize>, cols: Range<usize>, out: &mut [f64]) {
        let mut row32 = vec![0.0; cols.len()];
        for (row, out) in rows.zip(out.chunks_exact_mut(cols.len())) {
            Self::decode(self, row * self.shape[1] + cols.start, &mut row32);
            out.iter_mut().zip(&row32).for_each(|(out, &x)| *out = f64::from(x));
        }
    }
}

impl<F: Real> Weight<F> for Nf4
where
    Self: Panels<F>,
{
    fn multiply(&self, kernel: &dyn Kernel<F>, x: &[F], rows: usize, y: &mut [F]) {
        kernel.multiply_panels(self, self.shape, (x, rows), y);
    }

    fn multiply_transposed(&self, kernel: &dyn Kernel<F>, dy: &[F], rows: usize, add: bool, dx: &mut [F]) {
        kernel.multiply_panels_transposed(self, self.shape, (dy, rows), add, dx);
    }

    fn rows(&self, rows: Range<usize>, out: &mut [F]) {
        Panels::decode(self, rows, 0..self.shape[1], out);
    }

    fn bytes(&self) -> usize {
        Self::bytes(self)
    }
}
