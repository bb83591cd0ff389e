//! The operations some families need beside those of a LLaMA.

use super::backward::Slots;
use super::{Op, Tape, Var};
use crate::kernel::Activation;
use crate::net::ParamId;
use crate::real::Real;

impl<F: Real> Tape<'_, F> {
    /// Norm by mean and variance, of each row.
    pub fn layer_norm(&mut self, x: Var, [weight, bias]: [ParamId; 2], eps: f64) -> Var {
        let (net, width) = (self.net, self.width(x));
        let mut y = self.pool.take(self.nodes[x.0].value.len());
        let mut stats = self.pool.take(y.len() / width * 2);
        let weights = (net.params.data(weight), net.params.data(bias));
        net.kernel.layer_norm(&self.nodes[x.0].value, weights, eps, &mut y, &mut stats);
        let trained = |id: ParamId| net.params.get(id).trained;
        let tracked = self.tracked(x) || trained(weight) || trained(bias);
        self.push(y, width, Op::LayerNorm { x, weights: [weight, bias], stats }, tracked)
    }

    /// An activation; `x` must not be used again.
    pub fn activate(&mut self, x: Var, f: Activation) -> Var {
        let mut y = self.pool.take(self.nodes[x.0].value.len());
        self.net.kernel.activate(f, &self.nodes[x.0].value, &mut y);
        let (width, tracked) = (self.width(x), self.tracked(x));
        self.push(y, width, Op::Activate { x, f }, tracked)
    }

    /// `f(gate) · up`; neither must be used again.
    pub fn glu(&mut self, gate: Var, up: Var, f: Activation) -> Var {
        if f == Activation::Silu {
            return self.swiglu(gate, up);
        }
        let open = self.activate(gate, f);
        let mut y = self.pool.take(self.nodes[up.0].value.len());
        self.net.kernel.multiply(&self.nodes[open.0].value, &self.nodes[up.0].value, &mut y);
        let (width, tracked) = (self.width(up), self.tracked(open) || self.tracked(up));
        self.push(y, width, Op::Multiply { a: open, b: up }, tracked)
    }

    /// Adds to each row the row of a table that its position names; `x` must not be used
    /// again.
    pub fn positions(&mut self, x: Var, table: ParamId) -> Var {
        let (net, width) = (self.net, self.width(x));
        let mut value = std::mem::take(&mut self.nodes[x.0].value);
        let mut rows = self.pool.take(value.len());
        net.kernel.embed(net.params.data(table), &self.batch.positions, &mut rows);
        net.kernel.add(&rows, &mut value);
        self.pool.give(rows);
        let tracked = self.tracked(x) || net.params.get(table).trained;
        self.push(value, width, Op::Positions { x, table }, tracked)
    }

    /// The gradients of these operations.
    pub(super) fn ops_back(&mut self, op: Op<F>, dy: Vec<F>, slots: &mut Slots<F>) {
        match op {
            Op::LayerNorm { x, weights: [weight, bias], stats } => {
                let mut dx = self.sum_slot(x, slots);
                let saved = (&self.nodes[x.0].value[..], self.net.params.data(weight), &stats[..]);
                let dweights = self.pass.grads.as_mut().map(|g| g.pair(weight, bias));
                self.net.kernel.layer_norm_backward(saved, &dy, &mut dx, dweights.unwrap_or_default());
                slots[x.0] = Some(dx);
                self.pool.give(dy);
                self.pool.give(stats);
            }
            Op::Activate { x, f } => {
                let mut dx = std::mem::take(&mut self.nodes[x.0].value);
                self.net.kernel.activate_backward(f, &mut dx, &dy);
                slots[x.0] = Some(dx);
                self.pool.give(dy);
            }
            Op::Multiply { a, b } => {
                let mut da = std::mem::take(&mut self.nodes[a.0].value);
                let mut db = std::mem::take(&mut self.nodes[b.0].value);
                self.net.kernel.multiply_backward(&mut da, &mut db, &dy);
                slots[a.0] = Some(da);
                slots[b.0] = Some(db);
                self.pool.give(dy);
            }
            Op::Positions { x, table } => {
                if let Some(dtable) = self.pass.grads.as_mut().and_then(|g| g.slot(table)) {
                    self.net.kernel.embed_backward(&self.batch.positions, &dy, dtable);
                }
                slots[x.0] = Some(dy);
            }
            other => other.give(self.pool),
        }
    }
}
