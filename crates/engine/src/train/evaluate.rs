//! How good the model is: the held-out loss, and answers to the pinned prompts.

use super::Events;
use super::data::Row;
use super::state::State;
use super::worker::Worker;
use crate::generate;
use crate::model::Model;
use crate::tape::{Batch, Pass};
use karat_types::Problem;
use karat_types::ports::{ChatMessage, Control, GenerateRequest, Prompt, TrainJob};
use karat_types::train::RunEvent;

/// Tokens of an evaluation batch.
pub(super) const TOKENS: usize = 2048;
/// Tokens of an answer to a pinned prompt.
const SAMPLE_TOKENS: u32 = 64;

impl Worker<'_> {
    /// The held-out loss and the answers to the pinned prompts.
    pub(super) fn evaluate(&mut self, state: &mut State, events: &mut Events<'_>) -> Result<(), Problem> {
        let (step, data, job) = (state.step, self.run.data, self.run.job);
        if !data.held_out.is_empty() {
            let loss = self.mean_loss(&state.model, &data.held_out.iter().collect::<Vec<_>>());
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

    /// Mean nats a trained token over some rows, without dropout.
    pub(super) fn mean_loss(&mut self, model: &Model, rows: &[&Row]) -> f64 {
        let (mut nats, mut tokens) = (0.0, 0);
        let (mut batch, mut wanted) = (Batch::default(), Vec::new());
        for (i, row) in rows.iter().enumerate() {
            row.lay(&mut batch, &mut wanted, 0);
            if batch.len() >= TOKENS || i + 1 == rows.len() {
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
