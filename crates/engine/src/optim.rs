//! AdamW as torch computes it, and clipping by the global norm.

use crate::kernel::Update;
use crate::model::Model;
use crate::net::{Grads, ParamId};
use rayon::prelude::*;

/// The moments of every trained parameter.
pub struct AdamW {
    /// Which parameters, in order.
    pub ids: Vec<ParamId>,
    /// First moments.
    pub first: Vec<Vec<f32>>,
    /// Second moments.
    pub second: Vec<Vec<f32>>,
    /// Decoupled decay; norms and biases have none.
    pub weight_decay: f64,
}

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;

impl AdamW {
    /// Moments of zero for what the model trains.
    pub fn new(model: &Model, weight_decay: f64) -> Self {
        let ids = model.params().trained();
        let zeros = || ids.iter().map(|&id| vec![0.0; model.params().get(id).len()]).collect();
        Self { first: zeros(), second: zeros(), ids, weight_decay }
    }

    /// The factors of a step (from 1) for a parameter of this many axes: what gradients are
    /// multiplied with is the clipping.
    pub fn update(&self, axes: usize, scale: f64, lr: f64, step: u64) -> Update {
        let power = i32::try_from(step).unwrap_or(i32::MAX);
        Update {
            keep: 1.0 - lr * if axes > 1 { self.weight_decay } else { 0.0 },
            beta: (BETA_1, BETA_2),
            rate: lr / (1.0 - BETA_1.powi(power)),
            root: (1.0 - BETA_2.powi(power)).sqrt(),
            eps: 1e-8,
            scale,
        }
    }

    /// Moves the parameters by their gradients times `scale` (the clipping); `step` from 1.
    pub fn step(&mut self, model: &mut Model, grads: &Grads<f32>, scale: f64, lr: f64, step: u64) {
        let kernel = model.net.kernel.clone();
        for (i, &id) in self.ids.iter().enumerate() {
            let update = self.update(model.params().get(id).shape.len(), scale, lr, step);
            let weights = model.net.params.data_mut(id);
            kernel.adamw(&update, grads.get(id), &mut self.first[i], &mut self.second[i], weights);
        }
    }
}

/// ‖g‖₂ over all trained parameters, summed in a fixed order in f64.
pub fn norm(grads: &Grads<f32>, ids: &[ParamId]) -> f64 {
    let square = |part: &[f32]| part.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
    let sum: f64 = ids
        .iter()
        .map(|&id| grads.get(id).par_chunks(1 << 14).map(square).collect::<Vec<f64>>().iter().sum::<f64>())
        .sum();
    sum.sqrt()
}

/// What gradients of this norm are multiplied with; 0 as the limit = no clipping.
pub fn clip(norm: f64, limit: f64) -> f64 {
    if limit > 0.0 { (limit / (norm + 1e-6)).min(1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Kernel;
    use crate::kernel::cpu::Cpu;
    use crate::kernel::reference::Reference;

    /// torch's formula worked out in f64: lr 0.1, decay 0.01, gradients (0.5, −2, 0), then
    /// (0.5, 1, 0.25), on the weights (1, −1, 3).
    #[test]
    fn two_steps_are_the_formula_and_both_kernels_agree() {
        let run = |kernel: &dyn Kernel<f32>| {
            let (mut w, mut m, mut v) = (vec![1.0f32, -1.0, 3.0], vec![0.0; 3], vec![0.0; 3]);
            for (step, g) in [(1, [0.5, -2.0, 0.0]), (2, [0.5, 1.0, 0.25])] {
                let update = Update {
                    keep: 1.0 - 0.1 * 0.01,
                    beta: (BETA_1, BETA_2),
                    rate: 0.1 / (1.0 - BETA_1.powi(step)),
                    root: (1.0 - BETA_2.powi(step)).sqrt(),
                    eps: 1e-8,
                    scale: 1.0,
                };
                kernel.adamw(&update, &g, &mut m, &mut v, &mut w);
            }
            w
        };
        let (ours, plain) = (run(&Cpu), run(&Reference));
        for (got, want) in ours.iter().zip([0.798101, -0.871467, 2.919589]) {
            assert!((got - want).abs() < 2e-6, "{ours:?}");
        }
        for (a, b) in ours.iter().zip(&plain) {
            assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn clipping_is_torchs() {
        assert_eq!(clip(0.5, 1.0), 1.0);
        assert!((clip(4.0, 1.0) - 0.25).abs() < 1e-6);
        assert_eq!(clip(4.0, 0.0), 1.0);
    }
}
