//! Gradients of adapters, apart by whose rows they come from.
//!
//! A gradient is a sum over tokens, so a contributor's part is the same sum over his tokens
//! alone. The whole is still summed as ever: taking parts changes no byte of a run.

use crate::kernel::{Kernel, Mat};
use crate::net::{Grads, Lora, Params, Site};
use crate::real::Real;
use std::collections::HashMap;
use std::ops::Range;
use std::time::{Duration, Instant};

/// One set of gradients a party, and which tokens are whose.
pub struct Parts<F> {
    list: Vec<Grads<F>>,
    /// Part by the key of the token: experts see tokens in another order.
    owners: HashMap<u64, usize>,
    spent: Duration,
}

impl<F> Default for Parts<F> {
    fn default() -> Self {
        Self { list: Vec::new(), owners: HashMap::new(), spent: Duration::ZERO }
    }
}

/// What the gradient of an adapter at one site is made of, one row a token.
pub(super) struct Flow<'r, F> {
    /// Keys of the tokens.
    pub keys: &'r [u64],
    /// Gradient of the site's output: `outs` wide.
    pub dy: &'r [F],
    /// `x·Aᵀ`: `rank` wide.
    pub low: &'r [F],
    /// Its gradient.
    pub d_low: &'r [F],
    /// What `A` read, after dropout: `ins` wide.
    pub seen: &'r [F],
}

impl<F: Real> Parts<F> {
    /// Begins a step of `count` parties: zeros, and nobody owns anything.
    pub fn begin(&mut self, params: &Params<F>, count: usize) {
        let old = self.list.len().min(count);
        self.list[..old].iter_mut().for_each(Grads::clear);
        self.list.resize_with(self.list.len().max(count), || Grads::zeros(params));
        self.owners.clear();
    }

    /// The tokens with these keys are of party `part`.
    pub fn own(&mut self, keys: &[u64], part: usize) {
        self.owners.extend(keys.iter().map(|&key| (key, part)));
    }

    /// The gradients of a party.
    pub fn get(&self, part: usize) -> &Grads<F> {
        &self.list[part]
    }

    /// Time spent on taking parts so far.
    pub fn spent(&self) -> Duration {
        self.spent
    }

    /// Neighbouring tokens of one party.
    fn runs(&self, keys: &[u64]) -> Vec<(Range<usize>, usize)> {
        let mut runs: Vec<(Range<usize>, usize)> = Vec::new();
        for (i, key) in keys.iter().enumerate() {
            let Some(&part) = self.owners.get(key) else { continue };
            match runs.last_mut() {
                Some((range, last)) if *last == part && range.end == i => range.end += 1,
                _ => runs.push((i..i + 1, part)),
            }
        }
        runs
    }

    /// `dB += s·dyᵀ·low` and `dA += d_lowᵀ·seen`, each party's over its own tokens.
    pub(super) fn add(&mut self, kernel: &dyn Kernel<F>, site: &Site, lora: Lora, flow: &Flow<'_, F>) {
        let began = Instant::now();
        for (run, part) in self.runs(flow.keys) {
            let rows = |data, width: usize| Mat::new(slice(data, &run, width), run.len(), width);
            let grads = &mut self.list[part];
            if let Some(db) = grads.slot(lora.b) {
                let (dy, low) = (rows(flow.dy, site.outs), rows(flow.low, lora.rank));
                kernel.matmul(F::of(lora.scale), dy.t(), low, true, db);
            }
            if let Some(da) = grads.slot(lora.a) {
                kernel.matmul(F::ONE, rows(flow.d_low, lora.rank).t(), rows(flow.seen, site.ins), true, da);
            }
        }
        self.spent += began.elapsed();
    }
}

fn slice<'r, F>(data: &'r [F], run: &Range<usize>, width: usize) -> &'r [F] {
    &data[run.start * width..run.end * width]
}
