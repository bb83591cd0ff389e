//! Cross-entropy over the vocabulary, a few rows of logits at a time.

use super::{Op, Tape, Var};
use crate::kernel::Mat;
use crate::net::SiteId;
use crate::real::Real;

/// Logits in memory at once.
const LOGITS: usize = 1 << 22;

impl<F: Real> Tape<'_, F> {
    /// Nats of each `(row, target)`: the token that follows row `row` is `target`. The
    /// logits of all rows never exist together.
    ///
    /// While recording, `scale` (one over the trained tokens of the whole optimiser step)
    /// weighs every row, and the gradient is computed at once.
    pub fn cross_entropy(&mut self, x: Var, head: SiteId, wanted: &[(u32, u32)], scale: f64) -> Vec<F> {
        let (net, width) = (self.net, self.width(x));
        let (kernel, site) = (net.kernel.as_ref(), &net.sites[head.0]);
        let chunk = (LOGITS / site.outs).clamp(32, 1024).min(wanted.len().max(1));
        let mut hidden = self.pool.take(chunk * width);
        let mut logits = self.pool.take(chunk * site.outs);
        let mut nats = vec![F::ZERO; wanted.len()];
        let recording = self.recording();
        let mut dx = if recording { self.pool.take(wanted.len() * width) } else { Vec::new() };
        for (i, part) in wanted.chunks(chunk).enumerate() {
            let n = part.len();
            let (hidden, logits) = (&mut hidden[..n * width], &mut logits[..n * site.outs]);
            for (row, &(at, _)) in hidden.chunks_exact_mut(width).zip(part) {
                row.copy_from_slice(&self.nodes[x.0].value[at as usize * width..][..width]);
            }
            let weight = net.params.get(site.weight).weight();
            weight.multiply(kernel, hidden, n, logits);
            let targets: Vec<u32> = part.iter().map(|w| w.1).collect();
            let nats = &mut nats[i * chunk..][..n];
            kernel.cross_entropy(logits, &targets, recording.then(|| F::of(scale)), nats);
            let weights = self.pass.weights.iter().skip(i * chunk);
            for (row, &weight) in logits.chunks_exact_mut(site.outs).zip(weights).filter(|w| *w.1 != F::ONE) {
                row.iter_mut().for_each(|d| *d *= weight);
            }
            if let Some(grads) = &mut self.pass.grads {
                let dx = &mut dx[i * chunk * width..][..n * width];
                weight.multiply_transposed(kernel, logits, n, false, dx);
                if let Some(dw) = grads.slot(site.weight) {
                    let (dy, x) = (Mat::new(logits, n, site.outs), Mat::new(hidden, n, width));
                    kernel.matmul(F::ONE, dy.t(), x, true, dw);
                }
            }
        }
        self.pool.give(hidden);
        self.pool.give(logits);
        let rows = wanted.iter().map(|w| w.0).collect();
        self.push(dx, width, Op::Loss { x, rows }, true);
        nats
    }

    /// Logits of some rows, one after the other.
    pub fn logits(&mut self, x: Var, head: SiteId, rows: &[usize]) -> Vec<F> {
        let (site, width) = (&self.net.sites[head.0], self.width(x));
        let mut out = vec![F::ZERO; rows.len() * site.outs];
        let mut hidden = self.pool.take(rows.len() * width);
        for (to, row) in hidden.chunks_exact_mut(width).zip(rows) {
            to.copy_from_slice(&self.nodes[x.0].value[row * width..][..width]);
        }
        let weight = self.net.params.get(site.weight).weight();
        weight.multiply(self.net.kernel.as_ref(), &hidden, rows.len(), &mut out);
        self.pool.give(hidden);
        out
    }
}
