//! A weight kept in brain floats: half the memory and half the traffic of f32, computed
//! with in f32.

use super::few::{Cells, Few, Input, Job};
use crate::kernel::cpu::simd::simd;
use crate::kernel::{Kernel, Panels};
use crate::net::Weight;
use half::bf16;
use std::ops::Range;

/// Rows that are multiplied straight from the weight: more are cheaper in panels.
const FEW: usize = 8;
/// Outputs a unit.
const UNIT: usize = 8;

/// An out × in weight in brain floats.
#[derive(Clone, Debug)]
pub struct Half {
    shape: [usize; 2],
    /// The upper halves of the f32, rounded to even.
    data: Vec<u16>,
}

impl Half {
    /// Rounds a weight that is read a panel at a time: `read(first, out)` gives the numbers
    /// from `first` of its row-major flattening on.
    ///
    /// # Errors
    /// What `read` says.
    pub fn encode<E>(
        shape: [usize; 2],
        mut read: impl FnMut(usize, &mut [f32]) -> Result<(), E>,
    ) -> Result<Self, E> {
        /// Numbers in memory at once.
        const PANEL: usize = 1 << 18;
        let len = shape[0] * shape[1];
        let (mut data, mut panel) = (Vec::with_capacity(len), vec![0.0; PANEL.min(len)]);
        for first in (0..len).step_by(PANEL) {
            let panel = &mut panel[..PANEL.min(len - first)];
            read(first, panel)?;
            data.extend(panel.iter().map(|&x| bf16::from_f32(x).to_bits()));
        }
        Ok(Self { shape, data })
    }
}

simd! {
    /// The numbers as f32.
    fn widen(from: &[u16], to: &mut [f32]) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to = f32::from_bits(u32::from(from) << 16);
        }
    }
}

simd! {
    /// `y[o] = w[o]·x`, one output a row of `w`.
    fn matvec(w: &[u16], x: &[f32], y: &mut [f32]) {
        const LANES: usize = 32;
        for (row, y) in w.chunks_exact(x.len()).zip(y) {
            let mut lanes = [0.0f32; LANES];
            let (blocks, inputs) = (row.chunks_exact(LANES), x.chunks_exact(LANES));
            let rest = blocks.remainder().iter().zip(inputs.remainder());
            for (i, (&w, x)) in rest.enumerate() {
                lanes[i] = f32::from_bits(u32::from(w) << 16) * x;
            }
            for (w, x) in blocks.zip(inputs) {
                for i in 0..LANES {
                    lanes[i] += f32::from_bits(u32::from(w[i]) << 16) * x[i];
                }
            }
            let mut half = LANES / 2;
            while half > 0 {
                for i in 0..half {
                    lanes[i] += lanes[i + half];
                }
                half /= 2;
            }
            *y = lanes[0];
        }
    }
}

impl Few<f32> for Half {
    fn units(&self) -> usize {
        self.shape[0].div_ceil(UNIT)
    }

    fn unit_bytes(&self) -> usize {
        2 * UNIT * self.shape[1]
    }

    fn run(&self, units: Range<usize>, input: &Input<'_, f32>, y: Cells<'_, f32>) {
        let [outs, ins] = self.shape;
        for unit in units {
            let rows = unit * UNIT..outs.min((unit + 1) * UNIT);
            let w = &self.data[rows.start * ins..rows.end * ins];
            for (row, x) in input.x.chunks_exact(ins).enumerate() {
                // SAFETY: these outputs belong to this unit, which one task has.
                #[expect(unsafe_code, reason = "each unit of outputs is written by one task")]
                let y = unsafe { y.piece(row, rows.start, rows.len()) };
                matvec(w, x, y);
            }
        }
    }
}

impl Panels<f32> for Half {
    fn decode(&self, rows: Range<usize>, cols: Range<usize>, out: &mut [f32]) {
        for (row, out) in rows.zip(out.chunks_exact_mut(cols.len())) {
            widen(&self.data[row * self.shape[1] + cols.start..][..cols.len()], out);
        }
    }
}

impl Weight<f32> for Half {
    fn multiply(&self, kernel: &dyn Kernel<f32>, x: &[f32], rows: usize, y: &mut [f32]) {
        if rows <= FEW {
            super::few::multiply(&mut [Job { weight: self, x, rows, y }]);
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
        widen(&self.data[rows.start * self.shape[1]..rows.end * self.shape[1]], out);
    }

    fn bytes(&self) -> usize {
        size_of_val(&self.data[..])
    }

    fn few(&self, rows: usize) -> Option<&dyn Few<f32>> {
        (rows <= FEW).then_some(self)
    }
}
