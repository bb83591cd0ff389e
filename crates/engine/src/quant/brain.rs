//! A weight held as brain floats, packed for products of both directions.

use crate::kernel::{Brain, Kernel};
use crate::net::Weight;
use crate::real::Real;
use half::bf16;
use std::ops::Range;
use std::sync::OnceLock;

/// An out × in weight in bf16.
#[derive(Debug)]
pub struct BrainFloats {
    shape: [usize; 2],
    /// Wᵀ, for `x·Wᵀ`.
    forward: Brain,
    /// W, for `dy·W`; made when the first gradient needs it, so that serving never pays.
    backward: OnceLock<Brain>,
}

impl BrainFloats {
    /// Rounds a weight that is read a panel at a time: `read(first, out)` gives the numbers
    /// from `first` on.
    ///
    /// # Errors
    /// What `read` says.
    pub fn read<E>(
        shape: [usize; 2],
        mut read: impl FnMut(usize, &mut [f32]) -> Result<(), E>,
    ) -> Result<Self, E> {
        /// Numbers as f32 in memory at once.
        const PANEL: usize = 1 << 18;
        let [outs, ins] = shape;
        let mut rounded: Vec<bf16> = Vec::with_capacity(outs * ins);
        let mut panel = vec![0.0; PANEL.min(outs * ins)];
        while rounded.len() < outs * ins {
            let count = PANEL.min(outs * ins - rounded.len());
            read(rounded.len(), &mut panel[..count])?;
            rounded.extend(panel[..count].iter().map(|&x| bf16::from_f32(x)));
        }
        let forward = Brain::pack(ins, outs, |l, c| rounded[c * ins + l].to_bits());
        Ok(Self { shape, forward, backward: OnceLock::new() })
    }

    fn backward(&self) -> &Brain {
        let [outs, ins] = self.shape;
        self.backward.get_or_init(|| Brain::pack(outs, ins, |l, c| self.forward.at(c, l)))
    }
}

impl<F: Real> Weight<F> for BrainFloats {
    fn multiply(&self, kernel: &dyn Kernel<F>, x: &[F], rows: usize, y: &mut [F]) {
        kernel.multiply_brain(&self.forward, (x, rows), false, y);
    }

    fn multiply_transposed(&self, kernel: &dyn Kernel<F>, dy: &[F], rows: usize, add: bool, dx: &mut [F]) {
        kernel.multiply_brain(self.backward(), (dy, rows), add, dx);
    }

    fn rows(&self, rows: Range<usize>, out: &mut [F]) {
        for (row, out) in rows.zip(out.chunks_exact_mut(self.shape[1])) {
            for (l, out) in out.iter_mut().enumerate() {
                *out = F::of(f64::from(bf16::from_bits(self.forward.at(l, row)).to_f32()));
            }
        }
    }

    fn bytes(&self) -> usize {
        self.forward.bytes() + self.backward.get().map_or(0, Brain::bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::cpu::Cpu;

    #[test]
    fn both_directions_and_rows_of_a_small_weight() {
        let number = |i: usize| (i % 13) as f32 - 6.0;
        let (outs, ins, rows) = (37, 45, 3);
        let read = |first: usize, out: &mut [f32]| {
            out.iter_mut().enumerate().for_each(|(i, x)| *x = number(first + i));
            Ok::<(), ()>(())
        };
        let weight = BrainFloats::read([outs, ins], read).unwrap();
        let x: Vec<f32> = (0..rows * ins).map(|i| number(3 * i + 2)).collect();
        let mut y = vec![0.0f32; rows * outs];
        Weight::multiply(&weight, &Cpu, &x, rows, &mut y);
        let mut dx = vec![1.0f32; rows * ins];
        Weight::multiply_transposed(&weight, &Cpu, &y, rows, true, &mut dx);
        // Small whole numbers: every product and sum here is exact in f32.
        for (i, &y) in y.iter().enumerate() {
            let (row, out) = (i / outs, i % outs);
            let exact: f32 = (0..ins).map(|l| x[row * ins + l] * number(out * ins + l)).sum();
            assert_eq!(y, exact);
        }
        let rounded = |y: f32| bf16::from_f32(y).to_f32();
        for (i, &dx) in dx.iter().enumerate() {
            let (row, l) = (i / ins, i % ins);
            let sum: f32 = (0..outs).map(|o| rounded(y[row * outs + o]) * number(o * ins + l)).sum();
            assert_eq!(dx, 1.0 + sum);
        }
        let mut some = vec![0.0f32; 2 * ins];
        Weight::rows(&weight, 5..7, &mut some);
        assert!(some.iter().enumerate().all(|(i, &x)| x == number(5 * ins + i)));
        assert_eq!(Weight::<f32>::bytes(&weight), (2 * 64 * 64 * 2), "two copies, in whole panels");
    }
}
