//! Linear layers with their bias and adapter, there and back, on any rows.

use super::backward::Slots;
use super::parts::Flow;
use super::{Op, Tape, Var};
use crate::kernel::{Dropout, Mat};
use crate::net::{ParamId, SiteId};
use crate::quant::few::{self, Job};
use crate::real::Real;

/// What a linear layer reads: rows, and the key of each row's masks.
#[derive(Clone, Copy)]
pub(super) struct Rows<'r, F> {
    /// One row a token, as wide as the layer's inputs.
    pub x: &'r [F],
    /// One key a row.
    pub keys: &'r [u64],
}

impl<F: Real> Tape<'_, F> {
    /// A linear layer with its bias and its adapter.
    pub fn linear(&mut self, x: Var, site: SiteId) -> Var {
        let (net, batch) = (self.net, self.batch);
        let outs = net.sites[site.0].outs;
        let mut y = self.pool.take(batch.len() * outs);
        let input = std::mem::take(&mut self.nodes[x.0].value);
        let low = self.apply(site, Rows { x: &input, keys: &batch.keys }, &mut y);
        self.nodes[x.0].value = input;
        let tracked = self.tracked(x) || self.learns(site);
        self.push(y, outs, Op::Linear { x, site, low }, tracked)
    }

    /// Several linear layers that read the same value. A few rows meet all the weights in
    /// one go, because then the threads meet once.
    pub fn linears<const N: usize>(&mut self, x: Var, sites: [SiteId; N]) -> [Var; N] {
        let (net, batch) = (self.net, self.batch);
        let weight = |site: SiteId| net.params.get(net.sites[site.0].weight).weight();
        let few = sites.map(|site| weight(site).few(batch.len()));
        if self.recording() || !net.kernel.streams() || few.iter().any(Option::is_none) {
            return sites.map(|site| self.linear(x, site));
        }
        let input = std::mem::take(&mut self.nodes[x.0].value);
        let mut outputs = sites.map(|site| self.pool.take(batch.len() * net.sites[site.0].outs));
        let jobs = few.into_iter().flatten().zip(&mut outputs);
        let mut jobs: Vec<_> =
            jobs.map(|(weight, y)| Job { weight, x: &input, rows: batch.len(), y }).collect();
        few::multiply(&mut jobs);
        let rows = Rows { x: &input, keys: &batch.keys };
        let mut outputs = outputs.into_iter();
        let out = sites.map(|site| {
            let mut y = outputs.next().unwrap_or_default();
            let low = self.adapt(site, rows, &mut y);
            self.pool.give(low);
            let outs = net.sites[site.0].outs;
            self.push(y, outs, Op::Linear { x, site, low: Vec::new() }, false)
        });
        self.nodes[x.0].value = input;
        out
    }

    /// Whether anything of a site is trained.
    pub(super) fn learns(&self, site: SiteId) -> bool {
        let (site, trained) = (&self.net.sites[site.0], |id: ParamId| self.net.params.get(id).trained);
        trained(site.weight)
            || site.bias.is_some_and(trained)
            || site.lora.is_some_and(|l| trained(l.a) || trained(l.b))
    }

    /// `y = x·Wᵀ + bias + s·(x·Aᵀ)·Bᵀ`; gives `x·Aᵀ`, which the way back reads.
    pub(super) fn apply(&mut self, id: SiteId, rows: Rows<'_, F>, y: &mut [F]) -> Vec<F> {
        let (net, n) = (self.net, rows.keys.len());
        let (kernel, site) = (net.kernel.as_ref(), &net.sites[id.0]);
        net.params.get(site.weight).weight().multiply(kernel, rows.x, n, y);
        self.adapt(id, rows, y)
    }

    /// The bias and the adapter's part of a product; gives `x·Aᵀ`.
    fn adapt(&mut self, id: SiteId, rows: Rows<'_, F>, y: &mut [F]) -> Vec<F> {
        let (net, n) = (self.net, rows.keys.len());
        let (kernel, site) = (net.kernel.as_ref(), &net.sites[id.0]);
        if let Some(bias) = site.bias {
            kernel.add_bias(net.params.data(bias), y);
        }
        let Some(lora) = site.lora else { return Vec::new() };
        let input = self.dropped(id, rows);
        let seen = input.as_deref().unwrap_or(rows.x);
        let mut low = self.pool.take(n * lora.rank);
        let a = Mat::new(net.params.data(lora.a), lora.rank, site.ins);
        kernel.matmul(F::ONE, Mat::new(seen, n, site.ins), a.t(), false, &mut low);
        let b = Mat::new(net.params.data(lora.b), site.outs, lora.rank);
        kernel.matmul(F::of(lora.scale), Mat::new(&low, n, lora.rank), b.t(), true, y);
        self.pool.give(input.unwrap_or_default());
        low
    }

    /// The input of a site's adapter after dropout, when there is any.
    fn dropped(&mut self, site: SiteId, rows: Rows<'_, F>) -> Option<Vec<F>> {
        let mask = self.mask(site, rows.keys)?;
        let mut out = self.pool.take(rows.x.len());
        self.net.kernel.dropout(&mask, rows.x, false, &mut out);
        Some(out)
    }

    fn mask<'k>(&self, site: SiteId, keys: &'k [u64]) -> Option<Dropout<'k>> {
        let on = self.recording() && self.pass.dropout > 0.0;
        on.then_some(Dropout { p: self.pass.dropout, layer: site.0 as u64, tokens: keys })
    }

    pub(super) fn linear_back(
        &mut self,
        (x, id): (Var, SiteId),
        low: Vec<F>,
        dy: Vec<F>,
        slots: &mut Slots<F>,
    ) {
        let (batch, mut dx) = (self.batch, None);
        if self.tracked(x) {
            let old = slots[x.0].take();
            let add = old.is_some();
            dx = Some((old.unwrap_or_else(|| self.pool.take(batch.len() * self.width(x))), add));
        }
        self.remember(x);
        let input = std::mem::take(&mut self.nodes[x.0].value);
        let rows = Rows { x: &input, keys: &batch.keys };
        self.apply_back(id, rows, &low, &dy, dx.as_mut().map(|(dx, add)| (&mut dx[..], *add)));
        self.nodes[x.0].value = input;
        slots[x.0] = dx.map(|dx| dx.0).or(slots[x.0].take());
        self.pool.give(dy);
        self.pool.give(low);
    }

    /// The gradients of a site, added to what is trained; `dx` is overwritten, or added to
    /// when its flag says so.
    pub(super) fn apply_back(
        &mut self,
        id: SiteId,
        rows: Rows<'_, F>,
        low: &[F],
        dy: &[F],
        mut dx: Option<(&mut [F], bool)>,
    ) {
        let (net, n) = (self.net, rows.keys.len());
        let (kernel, site) = (net.kernel.as_ref(), &net.sites[id.0]);
        if let Some((dx, add)) = &mut dx {
            net.params.get(site.weight).weight().multiply_transposed(kernel, dy, n, *add, dx);
        }
        if let Some(grads) = &mut self.pass.grads {
            if let Some(dw) = grads.slot(site.weight) {
                let x = Mat::new(rows.x, n, site.ins);
                kernel.matmul(F::ONE, Mat::new(dy, n, site.outs).t(), x, true, dw);
            }
            if let Some(dbias) = site.bias.and_then(|bias| grads.slot(bias)) {
                kernel.bias_backward(dy, dbias);
            }
        }
        if site.lora.is_some() {
            self.lora_back(id, rows, low, dy, dx.map(|dx| dx.0));
        }
    }

    /// `d_low = s·dy·B`, `dB += s·dyᵀ·low`, `dA += d_lowᵀ·x`, `dx += d_low·A`.
    fn lora_back(&mut self, id: SiteId, rows: Rows<'_, F>, low: &[F], dy: &[F], dx: Option<&mut [F]>) {
        let (net, n) = (self.net, rows.keys.len());
        let (kernel, site) = (net.kernel.as_ref(), &net.sites[id.0]);
        let Some(lora) = site.lora else { return };
        let scale = F::of(lora.scale);
        let a = Mat::new(net.params.data(lora.a), lora.rank, site.ins);
        let b = Mat::new(net.params.data(lora.b), site.outs, lora.rank);
        let dy = Mat::new(dy, n, site.outs);
        let mut d_low = self.pool.take(n * lora.rank);
        kernel.matmul(scale, dy, b, false, &mut d_low);
        let input = self.dropped(id, rows);
        if let Some(grads) = &mut self.pass.grads {
            if let Some(db) = grads.slot(lora.b) {
                kernel.matmul(scale, dy.t(), Mat::new(low, n, lora.rank), true, db);
            }
            if let Some(da) = grads.slot(lora.a) {
                let seen = input.as_deref().unwrap_or(rows.x);
                let d_low = Mat::new(&d_low, n, lora.rank);
                kernel.matmul(F::ONE, d_low.t(), Mat::new(seen, n, site.ins), true, da);
            }
        }
        if let Some(parts) = &mut self.pass.parts {
            let seen = input.as_deref().unwrap_or(rows.x);
            parts.add(kernel, site, lora, &Flow { keys: rows.keys, dy: dy.data, low, d_low: &d_low, seen });
        }
        if let Some(dx) = dx {
            let d_low = Mat::new(&d_low, n, lora.rank);
            match (input, self.mask(id, rows.keys)) {
                (Some(mut masked), Some(mask)) => {
                    kernel.matmul(F::ONE, d_low, a, false, &mut masked);
                    kernel.dropout(&mask, &masked, true, dx);
                    self.pool.give(masked);
                }
                _ => kernel.matmul(F::ONE, d_low, a, true, dx),
            }
        } else {
            self.pool.give(input.unwrap_or_default());
        }
        self.pool.give(d_low);
    }
}
