//! From the loss back to every trained parameter.

use super::{Again, Heads, Op, Tape, Var};
use crate::kernel::{AttentionGrads, AttentionSaved};
use crate::net::ParamId;
use crate::real::Real;

/// Gradients of the values, filled from the end.
pub(super) type Slots<F> = Vec<Option<Vec<F>>>;

impl<F: Real> Tape<'_, F> {
    /// Adds the gradient of the loss to every trained parameter. Each value is given back
    /// as soon as its own gradient is done.
    pub fn backward(&mut self) {
        let mut slots: Slots<F> = (0..self.nodes.len()).map(|_| None).collect();
        self.sweep(0, &mut slots);
    }

    /// The gradients of every value from the last one down to `first`.
    fn sweep(&mut self, first: usize, slots: &mut Slots<F>) {
        for i in (first..self.nodes.len()).rev() {
            let tracked = self.nodes[i].tracked;
            let op = std::mem::replace(&mut self.nodes[i].op, Op::Embedding { table: ParamId(0) });
            match (op, slots[i].take()) {
                (Op::Loss { x, rows }, _) if tracked => self.loss_back(i, x, &rows, slots),
                (op, Some(dy)) if tracked => self.node_back(i, op, dy, slots),
                (op, dy) => {
                    if let Op::Block { .. } = op {
                        self.again.pop();
                    }
                    op.give(self.pool);
                    self.pool.give(dy.unwrap_or_default());
                }
            }
            let value = std::mem::take(&mut self.nodes[i].value);
            self.pool.give(value);
        }
    }

    fn node_back(&mut self, i: usize, op: Op<F>, dy: Vec<F>, slots: &mut Slots<F>) {
        match op {
            Op::Embedding { table } => {
                if let Some(dtable) = self.pass.grads.as_mut().and_then(|g| g.slot(table)) {
                    self.net.kernel.embed_backward(&self.batch.ids, &dy, dtable);
                }
                self.pool.give(dy);
            }
            Op::Linear { x, site, low } => self.linear_back((x, site), low, dy, slots),
            Op::RmsNorm { x, weight, inv } => {
                let mut dx = self.sum_slot(x, slots);
                let saved = (&self.nodes[x.0].value[..], self.net.params.data(weight), &inv[..]);
                let dw = self.pass.grads.as_mut().and_then(|g| g.slot(weight));
                self.net.kernel.rms_norm_backward(saved, &dy, &mut dx, dw);
                slots[x.0] = Some(dx);
                self.pool.give(dy);
                self.pool.give(inv);
            }
            Op::Rope { x, heads } => {
                let mut dy = dy;
                let shape = self.rotary(heads, self.width(x));
                self.net.kernel.rope(&mut dy, &shape, &self.angles.0, &self.angles.1, true);
                slots[x.0] = Some(dy);
            }
            Op::Attention { q, k, v, lse, heads } => {
                self.attention_back((q, k, v, Var(i)), &lse, &heads, &dy, slots);
                self.pool.give(dy);
                self.pool.give(lse);
            }
            Op::Cut { x, cut } => {
                let mut dx = self.sum_slot(x, slots);
                self.net.kernel.cut_backward(&dy, &cut, &mut dx);
                slots[x.0] = Some(dx);
                self.pool.give(dy);
            }
            Op::Join { a, b, join } => {
                let (mut da, mut db) = (self.sum_slot(a, slots), self.sum_slot(b, slots));
                self.net.kernel.join_backward(&dy, &join, &mut da, &mut db);
                slots[a.0] = Some(da);
                slots[b.0] = Some(db);
                self.pool.give(dy);
            }
            Op::Experts { x, logits, experts, routed } => {
                self.experts_back((x, logits), &experts, *routed, dy, slots);
            }
            Op::SwiGlu { gate, up } => {
                let mut dgate = std::mem::take(&mut self.nodes[gate.0].value);
                let mut dup = std::mem::take(&mut self.nodes[up.0].value);
                self.net.kernel.swiglu_backward(&mut dgate, &mut dup, &dy);
                slots[gate.0] = Some(dgate);
                slots[up.0] = Some(dup);
                self.pool.give(dy);
            }
            Op::Add { x, branch } => {
                if self.tracked(x) {
                    match &mut slots[x.0] {
                        Some(dx) => self.net.kernel.add(&dy, dx),
                        empty => {
                            let mut dx = self.pool.take(dy.len());
                            dx.copy_from_slice(&dy);
                            *empty = Some(dx);
                        }
                    }
                }
                slots[branch.0] = Some(dy);
            }
            Op::Block { x } => self.block_back(i, x, dy, slots),
            other => self.ops_back(other, dy, slots),
        }
    }

    /// Runs a block again, this time keeping what its gradient needs. Everything after it
    /// is done with.
    fn block_back(&mut self, i: usize, x: Var, dy: Vec<F>, slots: &mut Slots<F>) {
        let Some(Again { part, attentions }) = self.again.pop() else { return };
        let old = std::mem::take(&mut self.nodes[i].value);
        self.pool.give(old);
        self.nodes.truncate(i + 1);
        self.attentions = attentions;
        let out = part(self, x);
        slots.truncate(i + 1);
        slots.resize_with(self.nodes.len(), || None);
        slots[out.0] = Some(dy);
        self.sweep(i + 1, slots);
    }

    /// The gradient gathered so far, or zeros to add to.
    pub(super) fn sum_slot(&mut self, x: Var, slots: &mut Slots<F>) -> Vec<F> {
        let len = self.nodes[x.0].width * self.batch.len();
        slots[x.0].take().unwrap_or_else(|| self.pool.zeros(len))
    }

    /// Spreads the rows of the loss's gradient over the rows it came from.
    fn loss_back(&mut self, i: usize, x: Var, rows: &[u32], slots: &mut Slots<F>) {
        let width = self.width(x);
        let mut dx = self.sum_slot(x, slots);
        for (from, &row) in self.nodes[i].value.chunks_exact(width).zip(rows) {
            self.net.kernel.add(from, &mut dx[row as usize * width..][..width]);
        }
        slots[x.0] = Some(dx);
    }

    fn attention_back(
        &mut self,
        (q, k, v, out): (Var, Var, Var, Var),
        lse: &[F],
        heads: &Heads,
        dout: &[F],
        slots: &mut Slots<F>,
    ) {
        let rows = self.batch.len();
        let [mut dq, mut dk, mut dv] = [q, k, v].map(|var| self.pool.zeros(rows * self.nodes[var.0].width));
        let shape = heads.shape(self.width(q), self.width(v), &self.spans);
        let value = |var: Var| &self.nodes[var.0].value[..];
        let (q_, k_, v_) = (value(q), value(k), value(v));
        let saved = AttentionSaved { q: q_, k: k_, v: v_, out: value(out), lse };
        let grads = AttentionGrads { dq: &mut dq, dk: &mut dk, dv: &mut dv };
        self.net.kernel.attention_backward(&shape, &saved, dout, grads);
        slots[q.0] = Some(dq);
        slots[k.0] = Some(dk);
        slots[v.0] = Some(dv);
    }
}
