//! The account as files beside the adapter.

use super::super::{Data, Plan};
use super::{Commitment, Ledger, TOLERANCE, commit, flat, inexact};
use crate::model::Model;
use crate::net::ParamId;
use crate::{disk, fingerprint, weights};
use karat_types::Problem;
use karat_types::train::{AttributionSummary, TrainSettings};
use serde_json::{Value, json};
use std::path::Path;

/// Method of the account.
const METHOD: &str = "karat.disp/1";
/// Tensors by name, with shape and numbers.
type Named<'a> = Vec<(String, Vec<usize>, &'a [f32])>;

/// How well the parts add up.
struct Balance {
    /// ‖θ_T − θ_0‖.
    norm: f64,
    /// ‖Σ U_c + U_wd − (θ_T − θ_0)‖ / ‖θ_T − θ_0‖.
    error: f64,
    /// The same for the rounding of the weights and of the parts to 32 bits in each step,
    /// expected: what no account in 32 bits could avoid.
    rounding: f64,
    /// θ_T − θ_0.
    way: Vec<f64>,
}

impl Ledger {
    /// Writes `attribution.json`, `displacement.safetensors`, `snapshots.safetensors` and
    /// `schedule.jsonl` into `dir`.
    ///
    /// # Errors
    /// `attribution_inexact` when the displacements do not add up; `disk_write_failed`.
    pub(in super::super) fn write(
        &self,
        dir: &Path,
        model: &Model,
        (plan, data): (&Plan, &Data),
        (settings, committed, step): (&TrainSettings, &Commitment, u64),
    ) -> Result<(), Problem> {
        let ids = model.params().trained();
        let balance = self.balance(model, step)?;
        commit::write(plan, data, &dir.join("schedule.jsonl"))?;
        let moved: Vec<Vec<f32>> = (0..self.parties.len()).map(|i| self.moments.moved(i)).collect();
        let parties = moved.iter().enumerate().map(|(i, u)| (format!("contributor.{i:05}"), &u[..]));
        let all = parties.chain([("decay".to_owned(), &self.decay[..])]);
        let tensors = all.flat_map(|(name, row)| spread(model, &ids, &name, row)).collect::<Named<'_>>();
        weights::write(&dir.join("displacement.safetensors"), &tensors)?;
        let snapshots = self
            .snapshots
            .iter()
            .flat_map(|(step, theta)| spread(model, &ids, &format!("step.{step:08}"), theta));
        weights::write(&dir.join("snapshots.safetensors"), &snapshots.collect::<Named<'_>>())?;
        let hash = |name: &str| fingerprint::file(&dir.join(name));
        let weight = |name: &str| settings.contributor_weights.get(name).copied().unwrap_or(1.0);
        let json = json!({
            "v": 1,
            "method": METHOD,
            "schedule": { "root": committed.root, "lines": committed.lines, "sha256": hash("schedule.jsonl")? },
            "steps": step,
            "displacement": { "norm": balance.norm, "sha256": hash("displacement.safetensors")? },
            "snapshots": {
                "steps": self.snapshots.iter().map(|s| s.0).collect::<Vec<_>>(),
                "sha256": hash("snapshots.safetensors")?,
            },
            "identity_error": balance.error,
            "identity_rounding": balance.rounding,
            "gradient_error": self.gradient_error,
            "contributors": self.entries(&balance, &moved, weight),
            "decay": { "norm": norm_of(&self.decay), "share": along(&self.decay, &balance) },
        });
        disk::write(&dir.join("attribution.json"), format!("{json:#}\n").as_bytes())
    }

    fn entries(&self, balance: &Balance, moved: &[Vec<f32>], weight: impl Fn(&str) -> f64) -> Vec<Value> {
        let nats: f64 = self.parties.iter().map(|p| f64::from_bits(p.seen.nats)).sum();
        let entry = |(i, party): (usize, &super::Party)| {
            let own = f64::from_bits(party.seen.nats);
            json!({
                "contributor": party.name,
                "contributors": party.contributors,
                "tensors": format!("contributor.{i:05}"),
                "rows": party.seen.rows,
                "tokens": party.seen.tokens,
                "weight": weight(&party.name),
                "loss": own / party.seen.tokens.max(1) as f64,
                "loss_share": if nats > 0.0 { own / nats } else { 0.0 },
                "norm": norm_of(&moved[i]),
                "share": along(&moved[i], balance),
            })
        };
        self.parties.iter().enumerate().map(entry).collect()
    }

    /// Compares the parts with the whole.
    fn balance(&self, model: &Model, step: u64) -> Result<Balance, Problem> {
        let theta = flat(model, &model.params().trained());
        let start = &self.snapshots[0].1;
        let way: Vec<f64> = theta.iter().zip(start).map(|(&t, &s)| f64::from(t) - f64::from(s)).collect();
        let sum = self.moments.sum();
        let parts = sum.iter().zip(&self.decay).map(|(u, &decay)| u + f64::from(decay));
        let apart = parts.zip(&way).map(|(part, w)| (part - w).powi(2)).sum::<f64>().sqrt();
        let norm = way.iter().map(|w| w * w).sum::<f64>().sqrt();
        let size = theta.iter().map(|&t| f64::from(t).powi(2)).sum::<f64>().sqrt();
        let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        // The weights and every part are sums of 32 bits that round once a step.
        let parts = (0..self.parties.len()).map(|i| norm_of(&self.moments.moved(i)).powi(2));
        let held = (size * size + parts.sum::<f64>() + norm_of(&self.decay).powi(2)).sqrt();
        let rounding = f64::from(f32::EPSILON) * (step as f64).sqrt() * held * scale;
        let balance = Balance { norm, error: apart * scale, rounding, way };
        if balance.error <= TOLERANCE.max(balance.rounding) {
            return Ok(balance);
        }
        Err(inexact(format!("the displacements miss their sum by {:.1e}", balance.error)))
    }

    /// Whether the parts add up to the whole.
    ///
    /// # Errors
    /// `attribution_inexact`.
    pub(in super::super) fn check_balance(&self, model: &Model, step: u64) -> Result<(), Problem> {
        self.balance(model, step).map(|_| ())
    }

    /// What the account came to.
    pub(in super::super) fn summary(
        &self,
        model: &Model,
        step: u64,
        steps: f64,
    ) -> Result<AttributionSummary, Problem> {
        let own = self.spent().as_secs_f64();
        Ok(AttributionSummary {
            contributors: self.parties.iter().map(|party| party.contributors).sum(),
            identity_error: self.balance(model, step)?.error,
            gradient_error: self.gradient_error,
            overhead: own / (steps - own).max(1e-9),
        })
    }
}

/// One row of numbers as the tensors it is made of.
fn spread<'a>(model: &Model, ids: &[ParamId], name: &str, row: &'a [f32]) -> Named<'a> {
    let mut rest = row;
    let mut one = |&id: &ParamId| {
        let param = model.params().get(id);
        let (own, after) = rest.split_at(param.len());
        rest = after;
        (format!("{name}.{}", param.name), param.shape.clone(), own)
    };
    ids.iter().map(&mut one).collect()
}

fn norm_of(row: &[f32]) -> f64 {
    row.iter().map(|&u| f64::from(u).powi(2)).sum::<f64>().sqrt()
}

/// The part of the whole way that this displacement went: ⟨U, θ_T − θ_0⟩ / ‖θ_T − θ_0‖². All
/// of them add up to 1.
fn along(row: &[f32], balance: &Balance) -> f64 {
    if balance.norm == 0.0 {
        return 0.0;
    }
    row.iter().zip(&balance.way).map(|(&u, w)| f64::from(u) * w).sum::<f64>() / balance.norm.powi(2)
}
