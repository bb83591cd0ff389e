//! Experts: each token goes through the few it chose, and their answers are added up.
//!
//! The rows of one expert are gathered, run through its three linear layers at once, weighed
//! and added back. Experts are taken in their order and tokens in theirs, so the sums come out
//! the same whatever the number of threads.

use super::backward::Slots;
use super::linear::Rows;
use super::{Op, Pool, Tape, Var};
use crate::kernel::{Gating, NOBODY};
use crate::net::{ParamId, SiteId};
use crate::real::Real;
use std::ops::Range;
use std::sync::Arc;

/// One expert: a SwiGLU of its own.
#[derive(Clone, Copy, Debug)]
pub struct Expert {
    /// Inner width × width.
    pub gate: SiteId,
    /// Inner width × width.
    pub up: SiteId,
    /// Width × inner width.
    pub down: SiteId,
}

/// The experts of a block and how tokens choose among them.
#[derive(Clone, Debug)]
pub struct Experts {
    /// All of them.
    pub list: Vec<Expert>,
    /// How tokens choose.
    pub gating: Gating,
    /// What is added to the scores for the choice; one number an expert, never trained.
    pub bias: Option<ParamId>,
}

/// Which rows go to which expert: sorted by expert, then by token.
struct Plan {
    /// The token of each row.
    tokens: Vec<u32>,
    /// Its place among the choices of all tokens.
    slots: Vec<u32>,
    /// The key of its masks.
    keys: Vec<u64>,
    /// Where the rows of each expert begin, and the end.
    bounds: Vec<usize>,
}

impl Plan {
    fn new(picks: &[u32], gating: &Gating, keys: &[u64]) -> Self {
        let mut bounds = vec![0; gating.experts + 1];
        let chosen = || picks.iter().enumerate().filter(|(_, p)| **p != NOBODY);
        chosen().for_each(|(_, &pick)| bounds[pick as usize + 1] += 1);
        for i in 0..gating.experts {
            bounds[i + 1] += bounds[i];
        }
        let (mut next, rows) = (bounds.clone(), bounds[gating.experts]);
        let mut slots = vec![0; rows];
        for (slot, &pick) in chosen() {
            slots[next[pick as usize]] = slot as u32;
            next[pick as usize] += 1;
        }
        let tokens: Vec<u32> = slots.iter().map(|slot| slot / gating.chosen as u32).collect();
        let keys = tokens.iter().map(|&t| keys[t as usize]).collect();
        Self { tokens, slots, keys, bounds }
    }

    fn rows(&self, expert: usize) -> Range<usize> {
        self.bounds[expert]..self.bounds[expert + 1]
    }
}

/// What the way back through the experts reads.
pub(super) struct Routed<F> {
    plan: Plan,
    picks: Vec<u32>,
    scores: Vec<F>,
    weights: Vec<F>,
    gate: Vec<F>,
    up: Vec<F>,
    /// The low-rank values of gate, up and down, expert by expert.
    lows: Vec<[Vec<F>; 3]>,
}

impl<F: Real> Routed<F> {
    /// Gives every buffer back.
    pub(super) fn give(self, pool: &mut Pool<F>) {
        [self.scores, self.weights, self.gate, self.up].into_iter().for_each(|b| pool.give(b));
        self.lows.into_iter().flatten().for_each(|low| pool.give(low));
    }
}

impl<F: Real> Tape<'_, F> {
    /// `y = Σ weight · down(silu(gate(x)) · up(x))` over the experts each token chose by
    /// `logits` (one a token and expert), which must not be used again.
    pub fn experts(&mut self, x: Var, logits: Var, experts: &Arc<Experts>) -> Var {
        let (net, batch, gating, width) = (self.net, self.batch, &experts.gating, self.width(x));
        let mut scores = std::mem::take(&mut self.nodes[logits.0].value);
        let mut picks = vec![NOBODY; batch.len() * gating.chosen];
        let mut weights = self.pool.take(picks.len());
        let bias = experts.bias.map(|bias| net.params.data(bias));
        net.kernel.route(gating, &mut scores, bias, &mut picks, &mut weights);
        let plan = Plan::new(&picks, gating, &batch.keys);
        let inner = plan.tokens.len() * net.sites[experts.list[0].gate.0].outs;
        let (gate, up) = (self.pool.take(inner), self.pool.take(inner));
        let mut routed = Routed { plan, picks, scores, weights, gate, up, lows: Vec::new() };
        let mut y = self.pool.zeros(batch.len() * width);
        let input = std::mem::take(&mut self.nodes[x.0].value);
        for (e, expert) in experts.list.iter().enumerate() {
            self.ask(*expert, e, &input, &mut routed, &mut y);
        }
        self.nodes[x.0].value = input;
        let own = |e: &Expert| [e.gate, e.up, e.down].into_iter().any(|site| self.learns(site));
        let tracked = self.tracked(x) || self.tracked(logits) || experts.list.iter().any(own);
        self.push(
            y,
            width,
            Op::Experts { x, logits, experts: experts.clone(), routed: Box::new(routed) },
            tracked,
        )
    }

    /// Adds one expert's answers to the rows of the tokens that chose it.
    fn ask(&mut self, expert: Expert, e: usize, input: &[F], routed: &mut Routed<F>, y: &mut [F]) {
        let rows = routed.plan.rows(e);
        if rows.is_empty() {
            routed.lows.push([Vec::new(), Vec::new(), Vec::new()]);
            return;
        }
        let (kernel, n) = (self.net.kernel.as_ref(), rows.len());
        let (width, inner) = (input.len() / self.batch.len(), self.net.sites[expert.gate.0].outs);
        let within = rows.start * inner..rows.end * inner;
        let (tokens, keys) = (&routed.plan.tokens[rows.clone()], &routed.plan.keys[rows.clone()]);
        let mut x = self.pool.take(n * width);
        kernel.embed(input, tokens, &mut x);
        let (gate, up) = (&mut routed.gate[within.clone()], &mut routed.up[within]);
        let gate_low = self.apply(expert.gate, Rows { x: &x, keys }, gate);
        let up_low = self.apply(expert.up, Rows { x: &x, keys }, up);
        let (mut seen, mut weights) = (self.pool.take(n * inner), self.pool.take(n));
        kernel.swiglu(gate, up, &mut seen);
        kernel.embed(&routed.weights, &routed.plan.slots[rows], &mut weights);
        kernel.scale_rows(&weights, &mut seen);
        let down_low = self.apply(expert.down, Rows { x: &seen, keys }, &mut x);
        kernel.embed_backward(tokens, &x, y);
        routed.lows.push([gate_low, up_low, down_low]);
        [x, seen, weights].into_iter().for_each(|buffer| self.pool.give(buffer));
    }

    pub(super) fn experts_back(
        &mut self,
        (x, logits): (Var, Var),
        experts: &Experts,
        mut routed: Routed<F>,
        dy: Vec<F>,
        slots: &mut Slots<F>,
    ) {
        let kernel = self.net.kernel.as_ref();
        let mut dx = self.tracked(x).then(|| self.sum_slot(x, slots));
        let mut dweights = self.pool.zeros(routed.weights.len());
        let input = std::mem::take(&mut self.nodes[x.0].value);
        for (e, expert) in experts.list.iter().enumerate() {
            if !routed.plan.rows(e).is_empty() {
                let out = (dx.as_deref_mut(), &mut dweights[..]);
                self.ask_back((*expert, e), &input, &mut routed, &dy, out);
            }
        }
        self.nodes[x.0].value = input;
        slots[x.0] = dx.or(slots[x.0].take());
        if self.tracked(logits) {
            let mut dlogits = self.pool.take(routed.scores.len());
            kernel.route_backward(&experts.gating, &routed.scores, &routed.picks, &dweights, &mut dlogits);
            slots[logits.0] = Some(dlogits);
        }
        self.pool.give(dweights);
        self.pool.give(dy);
        routed.give(self.pool);
    }

    /// The way back through one expert. The weights sit before `down`, so that their gradient
    /// needs no answer of the expert to be kept.
    fn ask_back(
        &mut self,
        (expert, e): (Expert, usize),
        input: &[F],
        routed: &mut Routed<F>,
        dy: &[F],
        (dx, dweights): (Option<&mut [F]>, &mut [F]),
    ) {
        let (kernel, rows) = (self.net.kernel.as_ref(), routed.plan.rows(e));
        let (n, inner) = (rows.len(), self.net.sites[expert.gate.0].outs);
        let width = input.len() / self.batch.len();
        let within = rows.start * inner..rows.end * inner;
        let (tokens, keys) = (&routed.plan.tokens[rows.clone()], &routed.plan.keys[rows.clone()]);
        let slots = &routed.plan.slots[rows];
        let (gate, up) = (&mut routed.gate[within.clone()], &mut routed.up[within]);
        let [gate_low, up_low, down_low] = &routed.lows[e];
        let [mut x, mut dout] = [0; 2].map(|_| self.pool.take(n * width));
        let [mut silu, mut seen, mut dseen] = [0; 3].map(|_| self.pool.take(n * inner));
        let [mut weights, mut dw] = [0; 2].map(|_| self.pool.take(n));
        kernel.embed(input, tokens, &mut x);
        kernel.embed(dy, tokens, &mut dout);
        kernel.embed(&routed.weights, slots, &mut weights);
        kernel.swiglu(gate, up, &mut silu);
        seen.copy_from_slice(&silu);
        kernel.scale_rows(&weights, &mut seen);
        self.apply_back(expert.down, Rows { x: &seen, keys }, down_low, &dout, Some((&mut dseen, false)));
        kernel.dot_rows(&dseen, &silu, &mut dw);
        kernel.embed_backward(slots, &dw, dweights);
        kernel.scale_rows(&weights, &mut dseen);
        kernel.swiglu_backward(gate, up, &dseen);
        let (seen_by, wanted) = (Rows { x: &x, keys }, dx.is_some());
        self.apply_back(expert.gate, seen_by, gate_low, gate, wanted.then_some((&mut dout[..], false)));
        self.apply_back(expert.up, seen_by, up_low, up, wanted.then_some((&mut dout[..], true)));
        if let Some(dx) = dx {
            kernel.embed_backward(tokens, &dout, dx);
        }
        [x, dout, silu, seen, dseen, weights, dw].into_iter().for_each(|buffer| self.pool.give(buffer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Scoring;

    #[test]
    fn rows_are_sorted_by_expert_then_token_and_nobody_has_none() {
        let gating = Gating {
            experts: 3,
            chosen: 2,
            scoring: Scoring::Softmax,
            groups: None,
            normalise: false,
            factor: 1.0,
        };
        let plan = Plan::new(&[2, 0, 2, NOBODY, 0, 2], &gating, &[7, 8, 9]);
        assert_eq!(plan.tokens, [0, 2, 0, 1, 2]);
        assert_eq!(plan.slots, [1, 4, 0, 2, 5]);
        assert_eq!(plan.keys, [7, 9, 7, 8, 9]);
        assert_eq!((plan.rows(0), plan.rows(1), plan.rows(2)), (0..2, 2..2, 2..5));
    }
}
