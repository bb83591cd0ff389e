//! What each contributor's rows moved.
//!
//! AdamW is linear in the gradient once its second moment is known, and the gradient is a
//! sum over rows. So the displacement of the adapter parts exactly, step by step: each
//! contributor has a first moment of his own, all share the denominator, and the decay has
//! an entry of its own (displacement accounting, method `karat.disp/1`):
//!
//! `m_c ← β₁·m_c + (1 − β₁)·γ·g_c`, `U_c ← U_c − lr/(1 − β₁ᵗ) · m_c / (√v/√(1 − β₂ᵗ) + ε)`,
//! `U_wd ← U_wd + (keep − 1)·θ`, and at the end `Σ_c U_c + U_wd = θ_T − θ_0`.

mod commit;
mod merkle;
mod moments;
mod report;

pub(super) use commit::{Commitment, commit};

use super::Data;
use crate::kernel::Update;
use crate::model::Model;
use crate::net::{Grads, ParamId};
use crate::optim::AdamW;
use crate::tape::Parts;
use crate::weights::Tensors;
use karat_types::Problem;
use karat_types::train::TrainSettings;
use moments::{Entry, Moments};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Parts that do not add up to the whole this well are not published.
const TOLERANCE: f64 = 1e-4;

/// A contributor, or all those together whom the memory has no room for.
struct Party {
    name: String,
    contributors: u64,
    seen: Seen,
}

/// What a party's rows were in the steps so far. The nats are kept as their bits, so that a
/// checkpoint gives them back exactly.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Seen {
    rows: u64,
    tokens: u64,
    nats: u64,
}

/// The account of a run.
pub(super) struct Ledger {
    parties: Vec<Party>,
    /// Party of each contributor.
    of: Vec<usize>,
    /// `m_c` and `U_c` of all.
    moments: Moments,
    /// `U_wd`.
    decay: Vec<f32>,
    /// θ before the first step and at four steps on the way.
    snapshots: Vec<(u64, Vec<f32>)>,
    /// The steps after which one is taken.
    stops: Vec<u64>,
    /// Parties with rows in this step, by part.
    present: Vec<usize>,
    parts: Parts<f32>,
    gradient_error: f64,
    spent: Duration,
}

/// What of a ledger is no tensor.
#[derive(Serialize, Deserialize)]
pub(super) struct Note {
    seen: Vec<Seen>,
    gradient_error: u64,
}

impl Ledger {
    /// An empty account, when one is wanted: contributors with the most trained tokens first,
    /// as many as fit in the memory for it, and one party for the others.
    pub(super) fn open(
        s: &TrainSettings,
        data: &Data,
        committed: &Commitment,
        model: &Model,
    ) -> Option<Self> {
        if !wanted(s, data) {
            return None;
        }
        let theta = flat(model, &model.params().trained());
        let all = data.contributors.len();
        let room = room(s, theta.len());
        let mut order: Vec<usize> = (0..all).collect();
        order.sort_by_key(|&c| std::cmp::Reverse(committed.shares[c]));
        let own = if all > room { room - 1 } else { all };
        let mut kept = order[..own].to_vec();
        kept.sort_unstable();
        let of = (0..all).map(|c| kept.binary_search(&c).unwrap_or(own)).collect();
        let party =
            |name: &str, contributors| Party { name: name.into(), contributors, seen: Seen::default() };
        let mut parties: Vec<Party> = kept.iter().map(|&c| party(&data.contributors[c], 1)).collect();
        if own < all {
            parties.push(party("rest", (all - own) as u64));
        }
        let steps = committed.weights.len() as u64;
        let mut stops: Vec<u64> = (1..5).map(|k| steps * k / 5).filter(|&stop| stop > 0).collect();
        stops.dedup();
        Some(Self {
            moments: Moments::zeros(parties.len(), theta.len()),
            decay: vec![0.0; theta.len()],
            snapshots: vec![(0, theta)],
            parties,
            of,
            stops,
            present: Vec::new(),
            parts: Parts::default(),
            gradient_error: 0.0,
            spent: Duration::ZERO,
        })
    }

    /// Begins a step over rows of these contributors.
    pub(super) fn begin(&mut self, model: &Model, contributors: impl Iterator<Item = usize>) {
        let began = Instant::now();
        self.present = contributors.map(|c| self.of[c]).collect();
        self.present.sort_unstable();
        self.present.dedup();
        self.parts.begin(model.params(), self.present.len());
        self.spent += began.elapsed();
    }

    /// The tokens with these keys are of this contributor.
    pub(super) fn own(&mut self, keys: &[u64], contributor: usize) {
        let part = self.present.binary_search(&self.of[contributor]).unwrap_or_default();
        self.parts.own(keys, part);
    }

    /// Where the backward adds each party's gradients.
    pub(super) fn parts(&mut self) -> &mut Parts<f32> {
        &mut self.parts
    }

    /// A row was read with this sum of nats over its trained tokens.
    pub(super) fn saw(&mut self, contributor: usize, tokens: u64, nats: f64) {
        let seen = &mut self.parties[self.of[contributor]].seen;
        seen.rows += 1;
        seen.tokens += tokens;
        seen.nats = (f64::from_bits(seen.nats) + nats).to_bits();
    }

    /// Moves the weights and enters what moved them. `grads` is what the parties' gradients
    /// must add up to.
    pub(super) fn step(
        &mut self,
        (model, optimiser): (&mut Model, &mut AdamW),
        grads: &Grads<f32>,
        (scale, lr, step): (f64, f64, u64),
    ) -> Result<(), Problem> {
        let began = Instant::now();
        let ids = optimiser.ids.clone();
        self.check(grads, &ids)?;
        let updates: Vec<Update> = ids
            .iter()
            .map(|&id| optimiser.update(model.params().get(id).shape.len(), scale, lr, step))
            .collect();
        let mut at = 0;
        for (&id, update) in ids.iter().zip(&updates) {
            // The factor the kernel has, not the one that was meant.
            let lost = update.keep as f32 - 1.0;
            let theta = model.params().data(id);
            self.decay[at..at + theta.len()].iter_mut().zip(theta).for_each(|(u, &w)| *u += lost * w);
            at += theta.len();
        }
        let before = began.elapsed();
        optimiser.step(model, grads, scale, lr, step);
        let began = Instant::now();
        let entries: Vec<Entry<'_>> = ids
            .iter()
            .zip(&updates)
            .enumerate()
            .map(|(i, (&id, update))| Entry {
                id,
                update,
                first: &optimiser.first[i],
                second: &optimiser.second[i],
            })
            .collect();
        self.moments.enter(&entries, &self.present, &self.parts);
        if self.stops.contains(&step) {
            self.snapshots.push((step, flat(model, &ids)));
        }
        self.spent += before + began.elapsed();
        Ok(())
    }

    /// The parties' gradients add up to the gradient.
    fn check(&mut self, grads: &Grads<f32>, ids: &[ParamId]) -> Result<(), Problem> {
        let one = |&id: &ParamId| {
            let parts: Vec<&[f32]> =
                (0..self.present.len()).map(|part| self.parts.get(part).get(id)).collect();
            let at = |i: usize| parts.iter().map(|p| f64::from(p[i])).sum::<f64>();
            let squares = grads.get(id).iter().enumerate().map(|(i, &g)| {
                let g = f64::from(g);
                ((at(i) - g).powi(2), g * g)
            });
            squares.fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1))
        };
        let sums: Vec<(f64, f64)> = ids.par_iter().map(one).collect();
        let (apart, whole) = sums.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        let error = if whole > 0.0 { (apart / whole).sqrt() } else { apart.sqrt() };
        self.gradient_error = self.gradient_error.max(error);
        if error <= TOLERANCE {
            return Ok(());
        }
        Err(inexact(format!("the contributors' gradients miss their sum by {error:.1e}")))
    }

    /// Time spent on the account so far.
    pub(super) fn spent(&self) -> Duration {
        self.spent + self.parts.spent()
    }

    /// Everything a checkpoint must hold besides the [`Note`].
    pub(super) fn tensors(&self) -> Vec<(String, Vec<usize>, &[f32])> {
        fn named(name: String, data: &[f32]) -> (String, Vec<usize>, &[f32]) {
            (format!("attribution.{name}"), vec![data.len()], data)
        }
        let moments = self.moments.rows().into_iter().map(|(name, row)| named(name.into(), row));
        let snapshots = self.snapshots.iter().map(|(step, theta)| named(format!("theta.{step:08}"), theta));
        moments.chain(snapshots).chain([named("decay".into(), &self.decay)]).collect()
    }

    /// The rest of a checkpoint.
    pub(super) fn note(&self) -> Note {
        let seen = self.parties.iter().map(|party| party.seen).collect();
        Note { seen, gradient_error: self.gradient_error.to_bits() }
    }

    /// Takes up what a checkpoint after `step` holds.
    pub(super) fn restore(&mut self, note: &Note, tensors: &Tensors, step: u64) -> Result<(), Problem> {
        let read = |name: String, len: usize| tensors.read(&format!("attribution.{name}"), &[len]);
        let len = self.decay.len();
        self.moments.restore(|name, len| read(name.into(), len))?;
        self.decay = read("decay".into(), len)?;
        self.snapshots = std::iter::once(&0)
            .chain(self.stops.iter().filter(|&&stop| stop <= step))
            .map(|&stop| Ok((stop, read(format!("theta.{stop:08}"), len)?)))
            .collect::<Result<_, Problem>>()?;
        self.parties.iter_mut().zip(&note.seen).for_each(|(party, seen)| party.seen = *seen);
        self.gradient_error = f64::from_bits(note.gradient_error);
        Ok(())
    }
}

/// Whether the account is kept: when asked for, or when rows name contributors.
pub(super) fn wanted(s: &TrainSettings, data: &Data) -> bool {
    s.attribution.unwrap_or(data.credited && s.method.has_adapter())
}

/// Parties that fit in the memory for them: each keeps three numbers a trained one.
pub(super) fn room(s: &TrainSettings, trained: usize) -> usize {
    (f64::from(s.attribution_memory_mb) * 1e6 / (12.0 * trained.max(1) as f64)).max(2.0) as usize
}

/// The numbers of these parameters in one row.
fn flat(model: &Model, ids: &[ParamId]) -> Vec<f32> {
    ids.iter().flat_map(|&id| model.params().data(id)).copied().collect()
}

fn inexact(what: String) -> Problem {
    Problem::new(
        500,
        "attribution_inexact",
        format!("The account of contributors does not add up: {what}, at most {TOLERANCE:e} is allowed."),
        "This is a fault of the engine: please report it. With --no-attribution the run goes through without the account.",
    )
}
