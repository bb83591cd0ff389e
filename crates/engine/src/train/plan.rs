//! Which rows each step sees: fixed before the first one.

use crate::rng::Rng;
use crate::schedule::LearningRate;
use karat_types::train::TrainSettings;

/// The schedule of a run, a function of the settings and the number of rows only.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Steps in all.
    pub steps: u64,
    /// The learning rate over them.
    pub rate: LearningRate,
    rows: usize,
    batch: usize,
    step_rows: usize,
    steps_per_epoch: u64,
    eval_every: u64,
    seed: u64,
    shuffle: bool,
}

impl Plan {
    /// Lays the steps out; `rows` > 0.
    pub fn new(s: &TrainSettings, rows: usize) -> Self {
        let batch = s.batch_size.max(1) as usize;
        let step_rows = batch * s.accumulation.max(1) as usize;
        let steps_per_epoch = rows.div_ceil(step_rows) as u64;
        let whole = (s.epochs * steps_per_epoch as f64).ceil().max(1.0) as u64;
        let steps = s.steps.unwrap_or(whole).max(1);
        let warmup = s.warmup_steps.unwrap_or((steps * 3).div_ceil(100)).min(steps);
        let rate = LearningRate { peak: s.learning_rate, warmup, total: steps, shape: s.schedule };
        let eval_every = s.eval_every.unwrap_or(steps.div_ceil(10)).max(1);
        Self {
            steps,
            rate,
            rows,
            batch,
            step_rows,
            steps_per_epoch,
            eval_every,
            seed: s.seed,
            shuffle: s.shuffle,
        }
    }

    /// Whether the held-out rows are evaluated after this step; always after the last.
    pub fn evaluates(&self, step: u64) -> bool {
        step.is_multiple_of(self.eval_every) || step == self.steps
    }

    /// The micro-batches of a step (from 1), as row numbers. The last step of an epoch may
    /// be smaller; no row is seen twice in one epoch.
    pub fn batches(&self, step: u64) -> Vec<Vec<usize>> {
        let (epoch, index) = ((step - 1) / self.steps_per_epoch, (step - 1) % self.steps_per_epoch);
        let mut order: Vec<usize> = (0..self.rows).collect();
        if self.shuffle {
            Rng::new(&[self.seed, 0x5e_ed, epoch]).shuffle(&mut order);
        }
        let first = index as usize * self.step_rows;
        let rows = &order[first..self.rows.min(first + self.step_rows)];
        rows.chunks(self.batch).map(<[usize]>::to_vec).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_sees_every_row_once_and_the_next_in_another_order() {
        let settings = TrainSettings { batch_size: 3, accumulation: 2, epochs: 2.0, ..Default::default() };
        let plan = Plan::new(&settings, 20);
        assert_eq!(plan.steps, 8);
        let epoch =
            |from: u64| -> Vec<usize> { (from..from + 4).flat_map(|s| plan.batches(s)).flatten().collect() };
        let (first, second) = (epoch(1), epoch(5));
        let sorted = |mut rows: Vec<usize>| {
            rows.sort_unstable();
            rows
        };
        assert_ne!(first, second);
        assert_eq!(sorted(first), (0..20).collect::<Vec<_>>());
        assert_eq!(sorted(second), (0..20).collect::<Vec<_>>());
        assert_eq!(plan.batches(1).iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
        assert_eq!(plan.batches(4).iter().map(Vec::len).collect::<Vec<_>>(), [2]);
        assert!(plan.evaluates(8) && plan.evaluates(1));
    }
}
