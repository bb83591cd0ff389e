//! What a run has reached: all of it is in a checkpoint.

use super::attribution::Ledger;
use super::{Events, Run, available};
use crate::lora::{self, LoraConfig, Targets};
use crate::model::Model;
use crate::optim::AdamW;
use crate::quant::Held;
use crate::{adapter, net::ParamId};
use karat_types::train::{RunEvent, TrainSummary};
use karat_types::{Method, Precision, Problem};
use rayon::prelude::*;

/// Model, optimiser and what was measured so far.
pub(super) struct State {
    pub(super) model: Model,
    /// The adapter's shape; none = all weights are trained.
    pub(super) lora: Option<LoraConfig>,
    pub(super) optimiser: AdamW,
    /// The account of contributors, when there is one.
    pub(super) ledger: Option<Ledger>,
    pub(super) step: u64,
    pub(super) summary: TrainSummary,
    pub(super) speeds: Vec<f64>,
    /// Time of the steps of this process.
    seconds: f64,
}

/// Every weight is to be trained: none may be held in a form that cannot move.
fn refuse_four_bits(model: &Model) -> Result<(), Problem> {
    match model.params().iter().find(|(_, p)| p.weight().dense().is_none()) {
        None => Ok(()),
        Some((_, p)) => Err(Problem::bad(
            "setting_invalid",
            format!("Full training was asked for, but {} is quantised and cannot be moved.", p.name),
            "Train with --method qlora, or take the model's unquantised weights.",
        )),
    }
}

impl State {
    /// The model as the run begins with it.
    pub(super) fn prepare(run: &Run<'_>) -> Result<Self, Problem> {
        let (job, s) = (run.job, &run.job.settings);
        let precision = match s.method {
            Method::Lora => s.precision,
            Method::Qlora => Precision::Nf4,
            // What is trained is f32, and here that is everything.
            Method::Full => Precision::F32,
        };
        let held = Held { precision, double_quant: s.double_quant, packed: true };
        let mut model = Model::load_as(&job.model_dir, None, held)?;
        let lora = match (s.method, &job.init_adapter) {
            (Method::Full, None) => None,
            (Method::Full, Some(_)) => {
                return Err(Problem::bad(
                    "setting_invalid",
                    "Full training was asked for together with an adapter to start from.",
                    "Train with --method lora, or merge the adapter into the base first.",
                ));
            }
            (Method::Lora | Method::Qlora, Some(dir)) => {
                adapter::check_base(dir, &job.model_dir)?;
                Some(adapter::load(&mut model, dir)?)
            }
            (Method::Lora | Method::Qlora, None) => {
                let targets = s.target_modules.clone().map_or(Targets::All, Targets::Named);
                let plain = LoraConfig::new(s.rank as usize, s.alpha);
                let config = LoraConfig { targets, rslora: s.rslora, ..plain };
                lora::attach(&mut model, &config, &mut lora::fresh(s.seed))?;
                Some(config)
            }
        };
        match lora {
            Some(_) => model.train_adapter(),
            None => {
                refuse_four_bits(&model)?;
                model.train_base();
            }
        }
        let lora = lora.map(|config| LoraConfig { dropout: s.dropout, ..config });
        let optimiser = AdamW::new(&model, s.weight_decay);
        let ledger = Ledger::open(s, run.data, run.committed, &model);
        let summary = TrainSummary {
            rows_truncated: run.data.truncated,
            schedule_root: run.committed.root.clone(),
            ..TrainSummary::default()
        };
        Ok(Self { model, lora, optimiser, ledger, step: 0, summary, speeds: Vec::new(), seconds: 0.0 })
    }

    pub(super) fn started(&self, run: &Run<'_>) -> RunEvent {
        let (plan, data) = (run.plan, run.data);
        let size = |id: &ParamId| self.model.params().get(*id).len() as u64;
        RunEvent::Started {
            total_steps: plan.steps,
            parameters: self.model.parameters(),
            trainable: self.optimiser.ids.iter().map(size).sum(),
            rows_train: data.train.len() as u64,
            rows_held_out: data.held_out.len() as u64,
            rows_truncated: data.truncated,
        }
    }

    /// Notes a finished step, its speed in tokens a second and its seconds.
    pub(super) fn took(&mut self, step: u64, loss: f64, tokens: u64, (speed, seconds): (f64, f64)) {
        self.step = step;
        self.summary.steps = step;
        if step == 1 {
            self.summary.loss_first = loss;
        }
        self.summary.loss_last = loss;
        self.summary.tokens += tokens;
        self.speeds.push(speed);
        self.seconds += seconds;
    }

    /// The loss or a gradient is no number any more.
    pub(super) fn diverged(&self, step: u64, loss: f64, grad_norm: f64) -> Problem {
        not_finite(format!(
            "Step {step} gave loss {loss} and gradient norm {grad_norm}; nothing of it was kept."
        ))
    }

    /// The numbers that are trained are still numbers: only such are saved.
    pub(super) fn check_finite(&self) -> Result<(), Problem> {
        let params = self.model.params();
        let broken = |id: &&ParamId| params.data(**id).par_iter().any(|x| !x.is_finite());
        let Some(&id) = self.optimiser.ids.iter().find(broken) else { return Ok(()) };
        let (step, name) = (self.step, &params.get(id).name);
        Err(not_finite(format!("After step {step} a number of {name} is infinite; nothing of it was kept.")))
    }

    /// An account that does not add up is not published; the run it belongs to still is.
    pub(super) fn settle(&mut self, events: &mut Events<'_>) {
        let Some(ledger) = &self.ledger else { return };
        if let Err(problem) = ledger.check_balance(&self.model, self.step) {
            self.ledger = None;
            let message = format!("{} The account was left out.", problem.detail);
            self.summary.notices.push(message.clone());
            events.tell(RunEvent::Notice { step: self.step, code: problem.code, message });
        }
    }

    pub(super) fn finished(mut self) -> Result<TrainSummary, Problem> {
        self.speeds.sort_by(f64::total_cmp);
        self.summary.tokens_per_s = self.speeds.get(self.speeds.len() / 2).copied().unwrap_or(0.0);
        self.summary.peak_memory_bytes = available::peak();
        if let Some(ledger) = &self.ledger {
            self.summary.attribution = Some(ledger.summary(&self.model, self.step, self.seconds)?);
        }
        Ok(self.summary)
    }
}

/// Code of a run whose numbers are none any more.
pub(super) const NOT_FINITE: &str = "loss_not_finite";

pub(super) fn not_finite(what: String) -> Problem {
    Problem::new(
        422,
        NOT_FINITE,
        what,
        "Lower the learning rate (a tenth is a good start), raise the warm-up, and keep max_grad_norm at 1; look for odd rows if it stays.",
    )
}
