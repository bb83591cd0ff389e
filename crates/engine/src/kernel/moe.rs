//! How tokens choose among experts: scores, groups, the best few, and the way back.

use crate::real::Real;

/// How a token's scores come out of the router's logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scoring {
    /// Softmax over all experts (DeepSeek-V2).
    Softmax,
    /// The sigmoid of each (DeepSeek-V3).
    Sigmoid,
}

/// A token first chooses groups of neighbouring experts, then experts inside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Groups {
    /// How many groups the experts form; divides their number.
    pub count: usize,
    /// How many of them a token keeps.
    pub kept: usize,
    /// A group is as good as the sum of its best `best` experts.
    pub best: usize,
}

/// How tokens choose experts, and what each chosen one weighs.
#[derive(Clone, Debug, PartialEq)]
pub struct Gating {
    /// Number of experts.
    pub experts: usize,
    /// How many each token asks.
    pub chosen: usize,
    /// How scores come out of logits.
    pub scoring: Scoring,
    /// Groups to choose first, when there are any.
    pub groups: Option<Groups>,
    /// Whether the weights of a token are divided by their sum.
    pub normalise: bool,
    /// What every weight is multiplied with.
    pub factor: f64,
}

/// What stands for a choice when fewer experts than wanted are left.
pub const NOBODY: u32 = u32::MAX;

/// The sum of a token's weights is kept this far from 0, as transformers does.
const TINY: f64 = 1e-20;

impl Gating {
    /// Turns `logits` (tokens × experts) into scores, writes each token's chosen experts, best
    /// first, and their weights (tokens × chosen). `bias` moves the choice, not the weights.
    /// Of equals the first wins.
    pub(super) fn route<F: Real>(
        &self,
        logits: &mut [F],
        bias: Option<&[F]>,
        picks: &mut [u32],
        weights: &mut [F],
    ) {
        let mut choice = vec![F::ZERO; self.experts];
        let mut open = vec![true; self.experts];
        let rows = logits.chunks_exact_mut(self.experts).zip(picks.chunks_exact_mut(self.chosen));
        for ((scores, picks), weights) in rows.zip(weights.chunks_exact_mut(self.chosen)) {
            self.score(scores);
            choice.copy_from_slice(scores);
            for (choice, &bias) in choice.iter_mut().zip(bias.unwrap_or_default()) {
                *choice += bias;
            }
            self.open_groups(&choice, &mut open);
            for (pick, weight) in picks.iter_mut().zip(weights.iter_mut()) {
                (*pick, *weight) = match best(&choice, &open) {
                    Some(expert) => (expert as u32, scores[expert]),
                    None => (NOBODY, F::ZERO),
                };
                if *pick != NOBODY {
                    open[*pick as usize] = false;
                }
            }
            self.weigh(weights);
        }
    }

    fn score<F: Real>(&self, row: &mut [F]) {
        match self.scoring {
            Scoring::Sigmoid => row.iter_mut().for_each(|x| *x = F::ONE / (F::ONE + (-*x).exp())),
            Scoring::Softmax => {
                let max = row.iter().fold(row[0], |m, &x| if x > m { x } else { m });
                row.iter_mut().for_each(|x| *x = (*x - max).exp());
                let sum = row.iter().fold(F::ZERO, |sum, &x| sum + x);
                row.iter_mut().for_each(|x| *x = *x / sum);
            }
        }
    }

    /// Marks the experts a token may choose: those of its best groups.
    fn open_groups<F: Real>(&self, choice: &[F], open: &mut [bool]) {
        let Some(groups) = self.groups else { return open.fill(true) };
        let size = self.experts / groups.count;
        let worth = |group: &[F]| {
            let mut left = vec![true; size];
            (0..groups.best.min(size)).fold(F::ZERO, |sum, _| match best(group, &left) {
                Some(i) => {
                    left[i] = false;
                    sum + group[i]
                }
                None => sum,
            })
        };
        let worths: Vec<F> = choice.chunks_exact(size).map(worth).collect();
        let mut waiting = vec![true; groups.count];
        open.fill(false);
        for _ in 0..groups.kept {
            let Some(group) = best(&worths, &waiting) else { break };
            waiting[group] = false;
            open[group * size..][..size].fill(true);
        }
    }

    fn weigh<F: Real>(&self, weights: &mut [F]) {
        let factor = F::of(self.factor);
        let sum = weights.iter().fold(F::ZERO, |sum, &w| sum + w) + F::of(TINY);
        let divisor = if self.normalise { sum } else { F::ONE };
        weights.iter_mut().for_each(|w| *w = *w / divisor * factor);
    }

    /// From the gradient of the weights to that of the logits, which is written.
    pub(super) fn route_backward<F: Real>(
        &self,
        scores: &[F],
        picks: &[u32],
        dweights: &[F],
        dlogits: &mut [F],
    ) {
        let rows = scores.chunks_exact(self.experts).zip(dlogits.chunks_exact_mut(self.experts));
        let chosen = picks.chunks_exact(self.chosen).zip(dweights.chunks_exact(self.chosen));
        for ((scores, dlogits), (picks, dweights)) in rows.zip(chosen) {
            dlogits.fill(F::ZERO);
            let chosen = || picks.iter().zip(dweights).filter(|(p, _)| **p != NOBODY);
            let (mut sum, mut dot) = (F::of(TINY), F::ZERO);
            for (&pick, &dw) in chosen() {
                sum += scores[pick as usize];
                dot += scores[pick as usize] * dw;
            }
            for (&pick, &dw) in chosen() {
                let dw = if self.normalise { dw / sum - dot / (sum * sum) } else { dw };
                dlogits[pick as usize] = dw * F::of(self.factor);
            }
            let across = scores.iter().zip(dlogits.iter()).fold(F::ZERO, |sum, (&s, &d)| sum + s * d);
            for (d, &s) in dlogits.iter_mut().zip(scores) {
                *d = match self.scoring {
                    Scoring::Softmax => s * (*d - across),
                    Scoring::Sigmoid => *d * s * (F::ONE - s),
                };
            }
        }
    }
}

/// The largest of those still open; of equals the first.
fn best<F: Real>(values: &[F], open: &[bool]) -> Option<usize> {
    let mut found: Option<usize> = None;
    for (i, &value) in values.iter().enumerate().filter(|(i, _)| open[*i]) {
        if found.is_none_or(|best| value > values[best]) {
            found = Some(i);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gating(groups: Option<Groups>) -> Gating {
        Gating { experts: 6, chosen: 2, scoring: Scoring::Sigmoid, groups, normalise: true, factor: 3.0 }
    }

    fn routed(gating: &Gating, logits: [f64; 6], bias: Option<&[f64]>) -> (Vec<u32>, Vec<f64>) {
        let (mut logits, mut picks, mut weights) = (logits, vec![0; 2], vec![0.0; 2]);
        gating.route(&mut logits, bias, &mut picks, &mut weights);
        (picks, weights)
    }

    #[test]
    fn groups_are_chosen_by_their_best_two_and_the_bias_moves_the_choice_only() {
        let logits = [3.0, -3.0, 1.0, 1.0, 0.5, 0.0];
        assert_eq!(routed(&gating(None), logits, None).0, [0, 2]);
        let groups = Groups { count: 3, kept: 1, best: 2 };
        let (picks, weights) = routed(&gating(Some(groups)), logits, None);
        assert_eq!(picks, [2, 3]);
        assert!((weights[0] - 1.5).abs() < 1e-12 && (weights[1] - 1.5).abs() < 1e-12);
        let bias = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0];
        let (picks, weights) = routed(&gating(Some(groups)), logits, Some(&bias));
        assert_eq!(picks, [4, 5]);
        let (a, b) = (1.0 / (1.0 + (-0.5f64).exp()), 0.5);
        assert!((weights[0] - 3.0 * a / (a + b)).abs() < 1e-12);
    }

    #[test]
    fn nobody_is_asked_when_the_kept_groups_are_too_small() {
        let groups = Groups { count: 6, kept: 1, best: 1 };
        let (picks, weights) = routed(&gating(Some(groups)), [0.0, 4.0, 1.0, 1.0, 1.0, 1.0], None);
        assert_eq!((picks[0], picks[1], weights[1]), (1, NOBODY, 0.0));
        let mut dlogits = [9.0f64; 6];
        gating(Some(groups)).route_backward(&[0.5; 6], &picks, &[1.0, 1.0], &mut dlogits);
        assert!(dlogits.iter().all(|d| d.is_finite()) && dlogits[0] == 0.0);
    }

    #[test]
    fn numbers_that_are_none_still_choose_somebody() {
        let (picks, _) = routed(&gating(None), [f64::NAN; 6], None);
        assert!(picks.iter().all(|&p| p < 6) && picks[0] != picks[1]);
    }
}
