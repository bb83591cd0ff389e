//! Training: rows in, an adapter or a full model out.

mod checkpoint;
mod data;
mod estimate;
mod output;
mod plan;
mod state;

pub use data::Data;
pub use estimate::{estimate, inspect};
pub use plan::Plan;

use crate::generate;
use crate::model::Model;
use crate::net::Grads;
use crate::optim;
use crate::tape::{Batch, Pass, Pool};
use karat_types::Problem;
use karat_types::ports::{ChatMessage, Control, GenerateRequest, Prompt, TrainJob, Trained};
use karat_types::train::RunEvent;
use state::State;
use std::time::{Duration, Instant};

/// A checkpoint at least this often, besides the one at each evaluation.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(600);
/// Tokens of an evaluation batch.
const EVAL_TOKENS: usize = 2048;
/// Tokens of an answer to a pinned prompt.
const SAMPLE_TOKENS: u32 = 64;

/// Runs a job to its end, or to what the callback says. A checkpoint in the work folder is
/// taken up again; on one kind of processor the result has the same bytes as without the
/// interruption, whatever the number of threads.
///
/// # Errors
/// What the model, the rows and the settings say; `loss_not_finite`; `disk_write_failed`.
pub fn run(job: &TrainJob, on: &mut dyn FnMut(RunEvent) -> Control) -> Result<Trained, Problem> {
    state::check_settings(&job.settings)?;
    let mut state = State::prepare(job)?;
    let data = Data::load(job, &state.model)?;
    let plan = Plan::new(&job.settings, data.train.len());
    let mut events = Events { on, wish: Control::Continue };
    let checkpoints = checkpoint::Folder::open(job, &data)?;
    let taken_up = checkpoints.restore(&mut state)?;
    events.tell(state.started(&plan, &data));
    if let Some(step) = taken_up {
        events.tell(RunEvent::Rewound { step });
    }
    let mut last_checkpoint = Instant::now();
    let mut worker = Worker::new(&state);
    if state.step == 0 {
        worker.evaluate(&mut state, &data, job, &mut events)?;
    }

    while state.step < plan.steps && events.wish == Control::Continue {
        let event = worker.step(&mut state, &plan, &data, job)?;
        events.tell(event);
        let evaluate = plan.evaluates(state.step) || events.wish == Control::StopAndSave;
        if evaluate && events.wish != Control::Cancel {
            worker.evaluate(&mut state, &data, job, &mut events)?;
        }
        let due = evaluate || last_checkpoint.elapsed() >= CHECKPOINT_EVERY;
        if due && events.wish != Control::Cancel && state.step < plan.steps {
            checkpoints.save(&state)?;
            last_checkpoint = Instant::now();
            events.tell(RunEvent::Checkpoint { step: state.step });
        }
    }

    if events.wish == Control::Cancel {
        return Ok(Trained::Cancelled);
    }
    state.summary.stopped_early = state.step < plan.steps;
    output::save(job, &state, &data)?;
    Ok(Trained::Saved(state.finished()))
}

/// The callback, and the strongest wish it has uttered.
struct Events<'a> {
    on: &'a mut dyn FnMut(RunEvent) -> Control,
    wish: Control,
}

impl Events<'_> {
    fn tell(&mut self, event: RunEvent) {
        match (self.wish, (self.on)(event)) {
            (Control::Cancel, _) | (_, Control::Continue) => {}
            (_, wish) => self.wish = wish,
        }
    }
}

/// What is used again from step to step.
struct Worker {
    grads: Grads<f32>,
    pool: Pool<f32>,
}

impl Worker {
    fn new(state: &State) -> Self {
        Self { grads: Grads::zeros(state.model.params()), pool: Pool::default() }
    }

    /// One optimiser step: gradients of all its micro-batches, weighed by the trained tokens
    /// of the whole step, clipped, applied.
    fn step(
        &mut self,
        state: &mut State,
        plan: &Plan,
        data: &Data,
        job: &TrainJob,
    ) -> Result<RunEvent, Problem> {
        let began = Instant::now();
        let step = state.step + 1;
        let batches = plan.batches(step);
        let tokens: u64 = batches.iter().flatten().map(|&row| data.train[row].trained()).sum();
        let read: usize = batches.iter().flatten().map(|&row| data.train[row].ids.len()).sum();
        self.grads.clear();
        let mut nats = 0.0;
        for rows in &batches {
            let (mut batch, mut wanted) = (Batch::default(), Vec::new());
            for &row in rows {
                let key = crate::rng::key(&[job.settings.seed, step, row as u64]);
                data.train[row].lay(&mut batch, &mut wanted, key);
            }
            let pass = Pass { grads: Some(&mut self.grads), dropout: state.dropout(), ..Pass::default() };
            nats += state.model.loss(&batch, &wanted, 1.0 / tokens as f64, &mut self.pool, pass);
        }
        let loss = nats / tokens as f64;
        let grad_norm = optim::norm(&self.grads, &state.optimiser.ids);
        if !loss.is_finite() || !grad_norm.is_finite() {
            return Err(state.diverged(step, loss, grad_norm));
        }
        let lr = plan.rate.at(step);
        let scale = optim::clip(grad_norm, job.settings.max_grad_norm);
        state.optimiser.step(&mut state.model, &self.grads, scale, lr, step);
        let tokens_per_s = read as f64 / began.elapsed().as_secs_f64().max(1e-9);
        state.took(step, loss, tokens, tokens_per_s);
        Ok(RunEvent::Step { step, loss, lr, grad_norm, tokens, tokens_per_s })
    }

    /// The held-out loss and the answers to the pinned prompts.
    fn evaluate(
        &mut self,
        state: &mut State,
        data: &Data,
        job: &TrainJob,
        events: &mut Events<'_>,
    ) -> Result<(), Problem> {
        let step = state.step;
        if !data.held_out.is_empty() {
            let loss = self.held_out_loss(&state.model, data);
            state.summary.eval_first.get_or_insert(loss);
            state.summary.eval_last = Some(loss);
            events.tell(RunEvent::Eval { step, loss });
        }
        for (index, prompt) in job.prompts.iter().enumerate() {
            let Some(tokenizer) = data.tokenizer.as_ref().filter(|_| events.wish != Control::Cancel) else {
                break;
            };
            let request = sample_request(job, prompt, data.prompted && tokenizer.template().is_some());
            let text =
                generate::complete(&state.model, tokenizer, &request, &mut |_| Control::Continue)?.text;
            events.tell(RunEvent::Sample { step, index: index as u32, prompt: prompt.clone(), text });
        }
        Ok(())
    }

    /// Mean nats a trained token over the held-out rows.
    fn held_out_loss(&mut self, model: &Model, data: &Data) -> f64 {
        let (mut nats, mut tokens) = (0.0, 0);
        let (mut batch, mut wanted) = (Batch::default(), Vec::new());
        for (i, row) in data.held_out.iter().enumerate() {
            row.lay(&mut batch, &mut wanted, 0);
            if batch.len() >= EVAL_TOKENS || i + 1 == data.held_out.len() {
                nats += model.loss(&batch, &wanted, 1.0, &mut self.pool, Pass::default());
                tokens += wanted.len();
                (batch, wanted) = (Batch::default(), Vec::new());
            }
        }
        nats / tokens as f64
    }
}

/// A pinned prompt, always answered with the likeliest tokens; as a chat when the rows
/// trained on have prompts and the model has a template.
fn sample_request(job: &TrainJob, prompt: &str, chat: bool) -> GenerateRequest {
    let prompt = if chat {
        Prompt::Chat(vec![ChatMessage { role: "user".into(), content: prompt.into() }])
    } else {
        Prompt::Text(prompt.into())
    };
    GenerateRequest {
        model_dir: job.model_dir.clone(),
        adapter_dir: None,
        prompt,
        max_tokens: SAMPLE_TOKENS,
        temperature: 0.0,
        top_p: 1.0,
        seed: job.settings.seed,
        stop: Vec::new(),
        precision: job.settings.precision,
    }
}
