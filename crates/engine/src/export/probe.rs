//! The same questions to two models.

use crate::model::Model;
use crate::rng::Rng;
use serde::Serialize;

/// Sequences asked.
const SEQUENCES: u64 = 3;
/// Tokens of each, where the context allows.
const TOKENS: usize = 32;

/// Token sequences drawn by chance, always the same for the same vocabulary.
pub(super) struct Probe {
    sequences: Vec<Vec<u32>>,
}

/// log p over the whole vocabulary at each place.
pub(super) type Answers = Vec<Vec<f64>>;

/// How far two models are from each other.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Difference {
    /// Places compared.
    pub probe_tokens: usize,
    /// Largest difference of any log-probability above e⁻²⁰, nats.
    pub max_logprob_difference: f64,
    /// Mean Kullback–Leibler divergence of the second from the first, nats a token.
    pub kl: f64,
}

impl Probe {
    pub(super) fn of(model: &Model) -> Self {
        let (vocabulary, length) = (model.vocab_size() as u64, TOKENS.min(model.config().context));
        let one = |seed| {
            let mut rng = Rng::new(&[0x9b0be, seed]);
            (0..length).map(|_| rng.below(vocabulary) as u32).collect()
        };
        Self { sequences: (0..SEQUENCES).map(one).collect() }
    }

    /// Token by token, as serving does.
    pub(super) fn ask(&self, model: &Model) -> Answers {
        let mut answers = Vec::new();
        for ids in &self.sequences {
            let mut cache = model.cache();
            answers.extend(ids.iter().map(|&id| log_softmax(&model.logits(&[id], &mut cache))));
        }
        answers
    }

    pub(super) fn compare(&self, before: &Answers, after: &Answers) -> Difference {
        let (mut largest, mut kl) = (0.0f64, 0.0);
        for (p, q) in before.iter().zip(after) {
            for (&p, &q) in p.iter().zip(q) {
                kl += p.exp() * (p - q);
                if p > -20.0 {
                    // f64::max would pass over NaN.
                    let apart = (p - q).abs();
                    largest = if apart > largest || apart.is_nan() { apart } else { largest };
                }
            }
        }
        let places = before.len();
        Difference { probe_tokens: places, max_logprob_difference: largest, kl: kl / places as f64 }
    }
}

fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let max = logits.iter().fold(f32::NEG_INFINITY, |m, &x| m.max(x));
    let sum: f64 = logits.iter().map(|&x| f64::from(x - max).exp()).sum();
    logits.iter().map(|&x| f64::from(x - max) - sum.ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_answers_do_not_differ_and_nan_always_does() {
        let probe = Probe { sequences: Vec::new() };
        let answer = vec![log_softmax(&[0.5, -1.0, 2.0])];
        let same = probe.compare(&answer, &answer);
        assert_eq!((same.max_logprob_difference, same.kl), (0.0, 0.0));
        let other = vec![log_softmax(&[0.5, -1.0, 1.0])];
        let apart = probe.compare(&answer, &other);
        assert!(apart.kl > 0.0 && apart.max_logprob_difference > 0.1);
        let broken = probe.compare(&answer, &vec![vec![f64::NAN; 3]]);
        assert!(broken.max_logprob_difference.is_nan() && broken.kl.is_nan());
    }
}
