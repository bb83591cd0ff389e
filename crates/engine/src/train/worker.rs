//! One optimiser step.

use super::Run;
use super::attribution::Ledger;
use super::plan::Cursor;
use super::state::State;
use crate::net::Grads;
use crate::optim;
use crate::tape::{Batch, Pass, Pool};
use karat_types::Problem;
use karat_types::train::RunEvent;
use std::time::Instant;

/// What is used again from step to step.
pub(super) struct Worker<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) cursor: Cursor<'a>,
    pub(super) pool: Pool<f32>,
    grads: Grads<f32>,
    /// Weight of each contributor in the gradient.
    weights: Vec<f32>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(run: &'a Run<'a>, state: &State) -> Self {
        let weight =
            |name: &String| run.job.settings.contributor_weights.get(name).map_or(1.0, |&w| w as f32);
        Self {
            run,
            cursor: run.plan.cursor(),
            pool: Pool::default(),
            grads: Grads::zeros(state.model.params()),
            weights: run.data.contributors.iter().map(weight).collect(),
        }
    }

    /// One optimiser step: gradients of all its micro-batches, weighed by the trained tokens
    /// that the schedule has for the whole step, clipped, applied.
    pub(super) fn step(&mut self, state: &mut State) -> Result<RunEvent, Problem> {
        let began = Instant::now();
        let (step, run) = (state.step + 1, self.run);
        let batches = self.cursor.batches(step).to_vec();
        let tokens = run.committed.weights[step as usize - 1];
        let read: usize = batches.iter().flatten().map(|&row| run.data.train[row].ids.len()).sum();
        self.grads.clear();
        if let Some(ledger) = &mut state.ledger {
            let whose = batches.iter().flatten().map(|&row| run.data.train[row].contributor);
            ledger.begin(&state.model, whose);
        }
        let mut nats = 0.0;
        for rows in &batches {
            nats += self.micro_batch(state, step, rows, 1.0 / tokens as f64);
        }
        let loss = nats / tokens as f64;
        let grad_norm = optim::norm(&self.grads, &state.optimiser.ids);
        if !loss.is_finite() || !grad_norm.is_finite() {
            return Err(state.diverged(step, loss, grad_norm));
        }
        let lr = run.plan.rate.at(step);
        let scale = optim::clip(grad_norm, run.job.settings.max_grad_norm);
        let State { model, optimiser, ledger, .. } = state;
        match ledger {
            Some(ledger) => ledger.step((model, optimiser), &self.grads, (scale, lr, step))?,
            None => optimiser.step(model, &self.grads, scale, lr, step),
        }
        let seconds = began.elapsed().as_secs_f64().max(1e-9);
        let tokens_per_s = read as f64 / seconds;
        state.took(step, loss, tokens, (tokens_per_s, seconds));
        Ok(RunEvent::Step { step, loss, lr, grad_norm, tokens, tokens_per_s })
    }

    /// Adds the gradients of some rows; the sum of their nats.
    fn micro_batch(&mut self, state: &mut State, step: u64, rows: &[usize], scale: f64) -> f64 {
        let data = self.run.data;
        let (mut batch, mut wanted) = (Batch::default(), Vec::new());
        let mut weights = Vec::new();
        for &row in rows {
            let key = crate::rng::key(&[self.run.job.settings.seed, step, row as u64]);
            let (first, row) = (batch.len(), &data.train[row]);
            row.lay(&mut batch, &mut wanted, key);
            weights.resize(wanted.len(), self.weights[row.contributor]);
            if let Some(ledger) = &mut state.ledger {
                ledger.own(&batch.keys[first..], row.contributor);
            }
        }
        let pass = Pass {
            grads: Some(&mut self.grads),
            parts: state.ledger.as_mut().map(Ledger::parts),
            weights: &weights,
            dropout: state.lora.as_ref().map_or(0.0, |config| config.dropout),
            checkpointing: self.run.job.settings.checkpointing,
            ..Pass::default()
        };
        let nats = state.model.nats(&batch, &wanted, scale, &mut self.pool, pass);
        let (mut rest, mut sum) = (&nats[..], 0.0);
        for row in rows.iter().map(|&row| &data.train[row]) {
            let tokens = row.trained();
            let (own, after) = rest.split_at(tokens as usize);
            let own: f64 = own.iter().map(|&n| f64::from(n)).sum();
            if let Some(ledger) = &mut state.ledger {
                ledger.saw(row.contributor, tokens, own);
            }
            (rest, sum) = (after, sum + own);
        }
        sum
    }
}
