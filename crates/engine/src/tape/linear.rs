//! Linear layers with their bias and adapter, there and back.

use super::backward::Slots;
use super::{Op, Tape, Var};
use crate::kernel::{Dropout, Mat};
use crate::net::{ParamId, SiteId};
use crate::real::Real;

impl<'a, F: Real> Tape<'a, F> {
    /// A linear layer with its bias and its adapter.
    pub fn linear(&mut self, x: Var, site: SiteId) -> Var {
        let (net, rows) = (self.net, self.batch.len());
        let (kernel, at) = (net.kernel.as_ref(), &net.sites[site.0]);
        let mut y = self.pool.take(rows * at.outs);
        net.params.get(at.weight).weight().multiply(kernel, &self.nodes[x.0].value, rows, &mut y);
        if let Some(bias) = at.bias {
            kernel.add_bias(net.params.data(bias), &mut y);
        }
        let mut low = Vec::new();
        let dropped = at.lora.is_some() && self.recording() && self.pass.dropout > 0.0;
        if let Some(lora) = at.lora {
            let input = dropped.then(|| self.dropped(x, site));
            let seen = input.as_deref().unwrap_or(&self.nodes[x.0].value);
            low = self.pool.take(rows * lora.rank);
            let a = Mat::new(net.params.data(lora.a), lora.rank, at.ins);
            kernel.matmul(F::ONE, Mat::new(seen, rows, at.ins), a.t(), false, &mut low);
            let b = Mat::new(net.params.data(lora.b), at.outs, lora.rank);
            kernel.matmul(F::of(lora.scale), Mat::new(&low, rows, lora.rank), b.t(), true, &mut y);
            self.pool.give(input.unwrap_or_default());
        }
        let trained = |id: ParamId| net.params.get(id).trained;
        let own = trained(at.weight)
            || at.bias.is_some_and(trained)
            || at.lora.is_some_and(|l| trained(l.a) || trained(l.b));
        let tracked = self.tracked(x) || own;
        self.push(y, at.outs, Op::Linear { x, site, low, dropped }, tracked)
    }

    /// The input of a site's adapter after dropout.
    fn dropped(&mut self, x: Var, site: SiteId) -> Vec<F> {
        let mut out = self.pool.take(self.nodes[x.0].value.len());
        self.net.kernel.dropout(&self.mask(site), &self.nodes[x.0].value, false, &mut out);
        out
    }

    fn mask(&self, site: SiteId) -> Dropout<'a> {
        Dropout { p: self.pass.dropout, layer: site.0 as u64, tokens: &self.batch.keys }
    }

    pub(super) fn linear_back(
        &mut self,
        (x, id): (Var, SiteId),
        low: Vec<F>,
        dropped: bool,
        dy: Vec<F>,
        slots: &mut Slots<F>,
    ) {
        let (net, rows) = (self.net, self.batch.len());
        let (kernel, site) = (net.kernel.as_ref(), &net.sites[id.0]);
        let wants_dx = self.tracked(x);
        let mut dx = None;
        if wants_dx {
            let old = slots[x.0].take();
            let add = old.is_some();
            let mut sum = old.unwrap_or_else(|| self.pool.take(rows * site.ins));
            net.params.get(site.weight).weight().multiply_transposed(kernel, &dy, rows, add, &mut sum);
            dx = Some(sum);
        }
        if let Some(grads) = &mut self.pass.grads {
            if let Some(dw) = grads.slot(site.weight) {
                let x = Mat::new(&self.nodes[x.0].value, rows, site.ins);
                kernel.matmul(F::ONE, Mat::new(&dy, rows, site.outs).t(), x, true, dw);
            }
            if let Some(dbias) = site.bias.and_then(|bias| grads.slot(bias)) {
                kernel.bias_backward(&dy, dbias);
            }
        }
        if site.lora.is_some() {
            self.lora_back((x, id), &low, dropped, &dy, dx.as_deref_mut());
        }
        slots[x.0] = dx.or(slots[x.0].take());
        self.pool.give(dy);
        self.pool.give(low);
    }

    /// `d_low = s·dy·B`, `dB += s·dyᵀ·low`, `dA += d_lowᵀ·x`, `dx += d_low·A`.
    fn lora_back(
        &mut self,
        (x, id): (Var, SiteId),
        low: &[F],
        dropped: bool,
        dy: &[F],
        dx: Option<&mut [F]>,
    ) {
        let (net, rows) = (self.net, self.batch.len());
        let (kernel, site) = (net.kernel.as_ref(), &net.sites[id.0]);
        let Some(lora) = site.lora else { return };
        let scale = F::of(lora.scale);
        let a = Mat::new(net.params.data(lora.a), lora.rank, site.ins);
        let b = Mat::new(net.params.data(lora.b), site.outs, lora.rank);
        let dy = Mat::new(dy, rows, site.outs);
        let mut d_low = self.pool.take(rows * lora.rank);
        kernel.matmul(scale, dy, b, false, &mut d_low);
        let input = dropped.then(|| self.dropped(x, id));
        if let Some(grads) = &mut self.pass.grads {
            if let Some(db) = grads.slot(lora.b) {
                kernel.matmul(scale, dy.t(), Mat::new(low, rows, lora.rank), true, db);
            }
            if let Some(da) = grads.slot(lora.a) {
                let seen = input.as_deref().unwrap_or(&self.nodes[x.0].value);
                let d_low = Mat::new(&d_low, rows, lora.rank);
                kernel.matmul(F::ONE, d_low.t(), Mat::new(seen, rows, site.ins), true, da);
            }
        }
        if let Some(dx) = dx {
            let d_low = Mat::new(&d_low, rows, lora.rank);
            match input {
                None => kernel.matmul(F::ONE, d_low, a, true, dx),
                Some(mut masked) => {
                    kernel.matmul(F::ONE, d_low, a, false, &mut masked);
                    kernel.dropout(&self.mask(id), &masked, true, dx);
                    self.pool.give(masked);
                }
            }
        } else {
            self.pool.give(input.unwrap_or_default());
        }
        self.pool.give(d_low);
    }
}
