//! What must hold before the first step, and after the first few: a run that would come to
//! nothing says so at once.

use super::state::{State, not_finite};
use super::worker::Worker;
use super::{Data, Events};
use karat_types::train::{RunEvent, TrainSettings};
use karat_types::{Precision, Problem};

/// Steps after which an adapter must have moved everywhere.
pub(super) const STEPS: u64 = 3;

/// Refuses settings that cannot work.
pub(super) fn check_settings(s: &TrainSettings) -> Result<(), Problem> {
    let wrong = |name: &str, found: String, expected: &str| {
        Err(Problem::bad(
            "setting_invalid",
            format!("{name} is {found}, expected {expected}."),
            format!("Set {name} to {expected}."),
        ))
    };
    if !(s.learning_rate > 0.0 && s.learning_rate.is_finite()) {
        return wrong("learning_rate", s.learning_rate.to_string(), "a number above 0");
    }
    if s.batch_size == 0 || s.accumulation == 0 {
        return wrong("batch_size × accumulation", "0".into(), "at least 1 × 1");
    }
    if s.steps == Some(0) || (s.steps.is_none() && !(s.epochs > 0.0 && s.epochs.is_finite())) {
        return wrong("steps or epochs", "nothing".into(), "more than 0");
    }
    if !(0.0..1.0).contains(&s.dropout) {
        return wrong("dropout", s.dropout.to_string(), "0 up to but not 1");
    }
    if !matches!(s.precision, Precision::F32 | Precision::Bf16) {
        return wrong(
            "precision",
            s.precision.to_string(),
            "f32 or bf16 (method qlora holds the base as nf4)",
        );
    }
    if s.max_length < 2 {
        return wrong("max_length", s.max_length.to_string(), "at least 2");
    }
    if !(s.weight_decay >= 0.0 && s.max_grad_norm >= 0.0 && s.alpha > 0.0) {
        return wrong("weight_decay, max_grad_norm or alpha", "negative".into(), "0 or more");
    }
    if let Some((name, weight)) = s.contributor_weights.iter().find(|w| !(*w.1 >= 0.0 && w.1.is_finite())) {
        return wrong("a contributor's weight", format!("{weight} for {name}"), "0 or more");
    }
    if s.attribution == Some(true) && !s.method.has_adapter() {
        return wrong("method", s.method.to_string(), "lora or qlora: attribution accounts for adapters");
    }
    Ok(())
}

/// Refuses a weight for somebody who has no row.
pub(super) fn check_weights(s: &TrainSettings, data: &Data) -> Result<(), Problem> {
    let known = |name: &&String| data.contributors.binary_search(name).is_ok();
    let Some(stranger) = s.contributor_weights.keys().find(|name| !known(name)) else { return Ok(()) };
    let some: Vec<&str> = data.contributors.iter().take(8).map(String::as_str).collect();
    Err(Problem::bad(
        "contributor_unknown",
        format!("A weight is given for contributor '{stranger}', who has no row here."),
        format!(
            "The rows are of: {}{}.",
            some.join(", "),
            if some.len() < data.contributors.len() { ", …" } else { "" }
        ),
    ))
}

impl Worker<'_> {
    /// After [`STEPS`] steps: every site of the adapter has moved, and the first rows are
    /// easier than they were.
    pub(super) fn preflight(&mut self, state: &mut State, events: &mut Events<'_>) -> Result<(), Problem> {
        let data = self.run.data;
        if self.run.job.settings.contributor_weights.values().all(|&w| w > 0.0) && self.teaches() {
            check_moved(state)?;
        }
        let rows: Vec<_> = self.cursor.batches(1).iter().flatten().map(|&row| &data.train[row]).collect();
        let (before, after) = (state.summary.loss_first, self.mean_loss(&state.model, &rows));
        if after < before {
            return Ok(());
        }
        let message = format!(
            "After {STEPS} steps the loss on the first step's rows is {after:.6}, it was {before:.6}: the learning rate may be too high, or so low that nothing moves yet."
        );
        state.summary.notices.push(message.clone());
        events.tell(RunEvent::Notice { step: state.step, code: "loss_did_not_fall".into(), message });
        Ok(())
    }

    /// What is going to be saved is made of numbers, and at the end of the run it also makes
    /// some of the rows of its last step.
    pub(super) fn sound(&mut self, state: &State) -> Result<(), Problem> {
        state.check_finite()?;
        if state.step < self.run.plan.steps {
            return Ok(());
        }
        let rows: Vec<_> =
            self.cursor.batches(state.step)[0].iter().map(|&row| &self.run.data.train[row]).collect();
        let loss = self.mean_loss(&state.model, &rows);
        if loss.is_finite() {
            return Ok(());
        }
        let step = state.step;
        Err(not_finite(format!(
            "After step {step} the loss on its own rows is {loss}; nothing of it was kept."
        )))
    }

    /// Whether the first steps have a trained token that sees two others: with a single key
    /// to look at, queries and keys rightly get no gradient.
    fn teaches(&mut self) -> bool {
        let data = self.run.data;
        let deep = |row: usize| data.train[row].labels.iter().skip(2).any(|&label| label >= 0);
        (1..=STEPS).any(|step| self.cursor.batches(step).iter().flatten().any(|&row| deep(row)))
    }
}

/// Every B has left zero. Experts may have had no token yet.
fn check_moved(state: &State) -> Result<(), Problem> {
    let net = &state.model.net;
    let still = |site: &&crate::net::Site| {
        site.lora.is_some_and(|lora| net.params.data(lora.b).iter().all(|&x| x == 0.0))
            && !site.name.contains(".experts.")
    };
    let Some(site) = net.sites.iter().find(still) else { return Ok(()) };
    Err(Problem::new(
        422,
        "adapter_not_learning",
        format!(
            "After {STEPS} steps the adapter on {} is still exactly zero: no gradient reaches it.",
            site.name
        ),
        "Look at the weights of this layer (all zero, or cut off by zeros after it?), or choose other --target-modules.",
    ))
}
