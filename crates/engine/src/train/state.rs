//! What a run has reached: all of it is in a checkpoint.

use super::{Data, Plan};
use crate::lora::{self, LoraConfig, Targets};
use crate::model::Model;
use crate::optim::AdamW;
use crate::quant::Held;
use crate::{adapter, net::ParamId};
use karat_types::ports::TrainJob;
use karat_types::train::{RunEvent, TrainSettings, TrainSummary};
use karat_types::{Method, Precision, Problem};

/// Model, optimiser and what was measured so far.
pub(super) struct State {
    pub(super) model: Model,
    /// The adapter's shape; none = all weights are trained.
    pub(super) lora: Option<LoraConfig>,
    pub(super) optimiser: AdamW,
    pub(super) step: u64,
    pub(super) summary: TrainSummary,
    pub(super) speeds: Vec<f64>,
}

/// Refuses settings that cannot work.
pub(super) fn check_settings(s: &TrainSettings) -> Result<(), Problem> {
    let wrong = |name: &str, found: String, expected: &str| {
        Err(Problem::bad(
            "setting_invalid",
            format!("{name} is {found}, expected {expected}."),
            format!("Set {name} to {expected}."),
        ))
    };
    if !(s.learning_rate > 0.0 && s.learning_rate < 1.0) {
        return wrong("learning_rate", s.learning_rate.to_string(), "a number between 0 and 1");
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
    Ok(())
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
    pub(super) fn prepare(job: &TrainJob) -> Result<Self, Problem> {
        let s = &job.settings;
        let precision = if s.method == Method::Qlora { Precision::Nf4 } else { s.precision };
        let held = Held { precision, double_quant: s.double_quant };
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
                let config = LoraConfig { targets, ..LoraConfig::new(s.rank as usize, s.alpha) };
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
        Ok(Self { model, lora, optimiser, step: 0, summary: TrainSummary::default(), speeds: Vec::new() })
    }

    pub(super) fn dropout(&self) -> f64 {
        self.lora.as_ref().map_or(0.0, |config| config.dropout)
    }

    pub(super) fn started(&self, plan: &Plan, data: &Data) -> RunEvent {
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

    /// Notes a finished step.
    pub(super) fn took(&mut self, step: u64, loss: f64, tokens: u64, tokens_per_s: f64) {
        self.step = step;
        self.summary.steps = step;
        if step == 1 {
            self.summary.loss_first = loss;
        }
        self.summary.loss_last = loss;
        self.summary.tokens += tokens;
        self.speeds.push(tokens_per_s);
    }

    /// The loss or a gradient is no number any more.
    pub(super) fn diverged(&self, step: u64, loss: f64, grad_norm: f64) -> Problem {
        Problem::new(
            422,
            "loss_not_finite",
            format!(
                "Step {step} gave loss {loss} and gradient norm {grad_norm}; nothing of it was kept, the last checkpoint is still good."
            ),
            "Lower the learning rate (a tenth is a good start), raise the warm-up, and keep max_grad_norm at 1; look for odd rows if it stays.",
        )
    }

    pub(super) fn finished(mut self) -> TrainSummary {
        self.speeds.sort_by(f64::total_cmp);
        self.summary.tokens_per_s = self.speeds.get(self.speeds.len() / 2).copied().unwrap_or(0.0);
        self.summary
    }
}
