//! How the learning rate moves: transformers' formulas, except that the first warm-up step
//! has `peak / warm-up` and not 0, so that no step is wasted.

use karat_types::train::Schedule;

/// The learning rate over a run.
#[derive(Clone, Copy, Debug)]
pub struct LearningRate {
    /// Highest rate.
    pub peak: f64,
    /// Steps of the climb.
    pub warmup: u64,
    /// Steps in all.
    pub total: u64,
    /// What happens after the climb.
    pub shape: Schedule,
}

impl LearningRate {
    /// The rate of step `step`, from 1.
    pub fn at(&self, step: u64) -> f64 {
        let done = step.saturating_sub(1);
        if done < self.warmup {
            return self.peak * step as f64 / self.warmup as f64;
        }
        let rest = self.total.saturating_sub(self.warmup).max(1) as f64;
        let progress = (done - self.warmup) as f64 / rest;
        let factor = match self.shape {
            Schedule::Constant => 1.0,
            Schedule::Linear => 1.0 - progress,
            Schedule::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
        };
        self.peak * factor.max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn climbs_to_the_peak_and_falls_as_transformers_says() {
        let rate = |shape, step| LearningRate { peak: 2.0, warmup: 4, total: 14, shape }.at(step);
        assert_eq!([1, 2, 4, 5].map(|s| rate(Schedule::Linear, s)), [0.5, 1.0, 2.0, 2.0]);
        assert!((rate(Schedule::Linear, 14) - 0.2).abs() < 1e-12);
        assert!((rate(Schedule::Cosine, 10) - 1.0).abs() < 1e-12);
        assert_eq!(rate(Schedule::Constant, 14), 2.0);
        let flat = LearningRate { peak: 1.0, warmup: 0, total: 1, shape: Schedule::Cosine };
        assert_eq!(flat.at(1), 1.0);
    }
}
