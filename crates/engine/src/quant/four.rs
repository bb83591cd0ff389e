//! A weight held as NF4: decoded a panel at a time, never as a whole.

use super::few::{self, Cells, Few, Input, Job};
use super::nf4::{self, BLOCK, CODE};
use super::scales::{self, Scales};
use crate::kernel::{Kernel, Panels};
use crate::net::Weight;
use crate::real::Real;
use half::{bf16, f16};
use std::cell::RefCell;
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

/// Outputs a unit of a product of few rows.
const UNIT: usize = 4;
/// Rows that are multiplied straight from the weight: more are cheaper in panels.
const FEW: usize = 8;

thread_local! {
    /// The rows of the weight a unit is about.
    static ROWS: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

impl Few<f32> for Nf4 {
    fn units(&self) -> usize {
        self.shape[0].div_ceil(UNIT)
    }

    fn unit_bytes(&self) -> usize {
        UNIT * self.shape[1].div_ceil(2)
    }

    fn run(&self, units: Range<usize>, input: &Input<'_, f32>, y: Cells<'_, f32>) {
        let [outs, ins] = self.shape;
        ROWS.with_borrow_mut(|scratch| {
            scratch.resize(UNIT * ins, 0.0);
            for unit in units {
                let rows = unit * UNIT..outs.min((unit + 1) * UNIT);
                let w = &mut scratch[..rows.len() * ins];
                Self::decode(self, rows.start * ins, w);
                for (row, x) in input.x.chunks_exact(ins).enumerate() {
                    // SAFETY: these outputs belong to this unit, which one task has.
                    #[expect(unsafe_code, reason = "each unit of outputs is written by one task")]
                    let y = unsafe { y.piece(row, rows.start, rows.len()) };
                    f32::matvec(w, x, y);
                }
            }
        });
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

impl Weight<f32> for Nf4 {
    fn multiply(&self, kernel: &dyn Kernel<f32>, x: &[f32], rows: usize, y: &mut [f32]) {
        if kernel.streams() && rows <= FEW {
            few::multiply(&mut [Job { weight: self, x, rows, y }]);
        } else {
            kernel.multiply_panels(self, self.shape, (x, rows), y);
        }
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
        Self::bytes(self)
    }

    fn few(&self, rows: usize) -> Option<&dyn Few<f32>> {
        (rows <= FEW).then_some(self)
    }
}

/// In double precision, to prove gradients.
impl Weight<f64> for Nf4 {
    fn multiply(&self, kernel: &dyn Kernel<f64>, x: &[f64], rows: usize, y: &mut [f64]) {
        kernel.multiply_panels(self, self.shape, (x, rows), y);
    }

    fn multiply_transposed(
        &self,
        kernel: &dyn Kernel<f64>,
        dy: &[f64],
        rows: usize,
        add: bool,
        dx: &mut [f64],
    ) {
        kernel.multiply_panels_transposed(self, self.shape, (dy, rows), add, dx);
    }

    fn rows(&self, rows: Range<usize>, out: &mut [f64]) {
        Panels::decode(self, rows, 0..self.shape[1], out);
    }

    fn bytes(&self) -> usize {
        Self::bytes(self)
    }
}
