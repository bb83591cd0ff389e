//! Picks the next token: the likeliest, or by chance with a seed.

use crate::rng::Rng;

/// Chooses tokens; the same seed and the same logits choose the same tokens.
pub(crate) struct Sampler {
    temperature: f64,
    top_p: f64,
    chance: Rng,
}

impl Sampler {
    /// `temperature` 0 always takes the likeliest; `top_p` 1 leaves every token in.
    pub(crate) fn new(temperature: f64, top_p: f64, seed: u64) -> Self {
        Self { temperature, top_p, chance: Rng::new(&[seed]) }
    }

    /// The next token. Of equals, the lowest id wins.
    pub(crate) fn pick(&mut self, logits: &[f32]) -> u32 {
        let best = likeliest(logits);
        if self.temperature <= 0.0 {
            return best;
        }
        let peak = f64::from(logits[best as usize]);
        let mut weights: Vec<(u32, f64)> =
            (0..).zip(logits).map(|(id, &logit)| (id, self.weight(logit, peak))).collect();
        if self.top_p < 1.0 {
            weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let total: f64 = weights.iter().map(|w| w.1).sum();
            let mut sum = 0.0;
            let kept = weights.iter().position(|w| {
                sum += w.1;
                sum >= self.top_p * total
            });
            weights.truncate(kept.map_or(weights.len(), |last| last + 1));
        }
        let total: f64 = weights.iter().map(|w| w.1).sum();
        let mut left = self.chance.uniform() * total;
        for &(id, weight) in &weights {
            left -= weight;
            if left < 0.0 {
                return id;
            }
        }
        best
    }

    fn weight(&self, logit: f32, peak: f64) -> f64 {
        let weight = ((f64::from(logit) - peak) / self.temperature).exp();
        if weight.is_finite() { weight } else { 0.0 }
    }
}

/// Index of the largest logit, the first of equals; NaN never wins.
fn likeliest(logits: &[f32]) -> u32 {
    let mut best = (0, f32::NEG_INFINITY);
    for (id, &logit) in (0u32..).zip(logits) {
        if logit > best.1 {
            best = (id, logit);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 4] = [0.0, 2.0, 1.0, 2.0];

    fn draw(temperature: f64, top_p: f64, seed: u64) -> Vec<u32> {
        let mut sampler = Sampler::new(temperature, top_p, seed);
        (0..4000).map(|_| sampler.pick(&LOGITS)).collect()
    }

    #[test]
    fn temperature_zero_takes_the_first_of_the_likeliest() {
        assert!(draw(0.0, 1.0, 1).iter().all(|&id| id == 1));
        assert_eq!(likeliest(&[f32::NAN, -1.0]), 1);
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(draw(1.0, 0.9, 7), draw(1.0, 0.9, 7));
        assert_ne!(draw(1.0, 0.9, 7), draw(1.0, 0.9, 8));
    }

    #[test]
    fn tokens_come_as_often_as_their_probability() {
        let drawn = draw(1.0, 1.0, 3);
        let sum: f64 = LOGITS.iter().map(|&l| f64::from(l).exp()).sum();
        for (id, &logit) in (0u32..).zip(&LOGITS) {
            let seen = drawn.iter().filter(|&&d| d == id).count() as f64 / drawn.len() as f64;
            let expected = f64::from(logit).exp() / sum;
            assert!((seen - expected).abs() < 0.03, "{id}: {seen} for {expected}");
        }
    }

    #[test]
    fn top_p_leaves_the_unlikely_out() {
        let drawn = draw(1.0, 0.75, 3);
        assert!(drawn.iter().all(|&id| id == 1 || id == 3));
        assert!(drawn.contains(&1) && drawn.contains(&3));
    }
}
