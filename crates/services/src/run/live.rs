//! What a running trainer says, written down in few transactions, and what people wish of
//! it, carried back.

use super::checkpoint;
use crate::App;
use crate::view::run::{Metric, RunSample};
use karat_store::Tx;
use karat_store::entity::{run_metric, run_sample};
use karat_store::query::{self, job::ClaimedJob};
use karat_types::id::RunId;
use karat_types::ports::Control;
use karat_types::train::RunEvent;
use karat_types::{Problem, RunState};
use serde_json::json;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// Time between two writes: a run costs the database at most four transactions a second.
const PACE: Duration = Duration::from_millis(250);

/// What is wished of the trainer, read by it after every event.
#[derive(Default)]
pub(crate) struct Wish(AtomicU8);

impl Wish {
    pub(crate) fn get(&self) -> Control {
        match self.0.load(Ordering::Relaxed) {
            0 => Control::Continue,
            1 => Control::StopAndSave,
            _ => Control::Cancel,
        }
    }

    fn set(&self, control: Control) {
        self.0.store(control as u8, Ordering::Relaxed);
    }
}

/// The run that is recorded, and the job it is.
pub(crate) struct Recorded<'a> {
    pub(crate) job: &'a ClaimedJob,
    pub(crate) id: RunId,
    pub(crate) work_dir: &'a Path,
}

/// Writes events until the trainer is done. An error here cancels the trainer: results of
/// a lost job are not wanted.
pub(crate) async fn record(
    app: &App,
    of: &Recorded<'_>,
    mut events: UnboundedReceiver<RunEvent>,
    wish: &Wish,
) -> Result<(), Problem> {
    let mut open = true;
    while open {
        let mut batch = Vec::new();
        let deadline = tokio::time::Instant::now() + PACE;
        loop {
            match tokio::time::timeout_at(deadline, events.recv()).await {
                Ok(Some(event)) => batch.push(event),
                Ok(None) => {
                    open = false;
                    break;
                }
                Err(_) => break,
            }
        }
        if let Err(problem) = write_batch(app, of, batch, wish).await {
            wish.set(Control::Cancel);
            return Err(problem);
        }
    }
    Ok(())
}

async fn write_batch(app: &App, of: &Recorded<'_>, batch: Vec<RunEvent>, wish: &Wish) -> Result<(), Problem> {
    let saved = batch.iter().any(|e| matches!(e, RunEvent::Checkpoint { .. }));
    let checkpoint = if saved { checkpoint::save(app, of.work_dir).await? } else { None };
    let state = if batch.is_empty() && checkpoint.is_none() {
        // Nothing to write: a read is enough to hear wishes.
        let run = query::run::get(app.store.db(), of.id).await?;
        run.map_or(Ok(RunState::Cancelled), |r| r.state.parse()).map_err(Problem::internal)?
    } else {
        let tx = app.store.begin().await?;
        query::job::still_mine(&tx, of.job).await?;
        let state = query::run::lock_state(&tx, of.id).await?;
        let mut progress = query::run::Progress { checkpoint, ..Default::default() };
        for event in batch {
            write_event(&tx, of.id, event, &mut progress).await?;
        }
        query::run::progress(&tx, of.id, progress).await?;
        tx.commit().await?;
        state
    };
    match state {
        RunState::Stopping => wish.set(Control::StopAndSave),
        RunState::Cancelled => wish.set(Control::Cancel),
        _ => {}
    }
    Ok(())
}

async fn write_event(
    tx: &Tx,
    id: RunId,
    event: RunEvent,
    progress: &mut query::run::Progress,
) -> Result<(), Problem> {
    let (kind, payload) = match event {
        RunEvent::Step { step, loss, lr, grad_norm, tokens_per_s, .. } => {
            progress.step = Some(step);
            progress.loss = Some(loss);
            progress.tokens_per_s = Some(tokens_per_s);
            let metric = Metric {
                step,
                loss: Some(loss),
                lr: Some(lr),
                grad_norm: Some(grad_norm),
                tokens_per_s: Some(tokens_per_s),
                eval_loss: None,
            };
            put_metric(tx, id, &metric).await?;
            ("step", json!(metric))
        }
        RunEvent::Eval { step, loss } => {
            let metric = Metric { step, eval_loss: Some(loss), ..Metric::default() };
            put_metric(tx, id, &metric).await?;
            ("eval", json!(metric))
        }
        RunEvent::Sample { step, index, prompt, text } => {
            let sample = RunSample { step, index, prompt, text };
            put_sample(tx, id, &sample).await?;
            ("sample", json!(sample))
        }
        RunEvent::Rewound { step } => {
            progress.step = Some(step);
            query::run::rewind(tx, id, step).await?;
            ("rewound", json!({"step": step}))
        }
        RunEvent::Started { total_steps, .. } => {
            progress.total_steps = Some(total_steps);
            ("started", json!(event))
        }
        RunEvent::Checkpoint { step } => ("checkpoint", json!({"step": step})),
        RunEvent::Notice { step, code, message } => {
            ("notice", json!({"step": step, "code": code, "message": message}))
        }
    };
    query::event::append(tx, &format!("run:{id}"), kind, &payload)?;
    Ok(())
}

async fn put_metric(tx: &Tx, id: RunId, m: &Metric) -> Result<(), Problem> {
    let row = run_metric::Model {
        run_id: id.0,
        step: m.step.cast_signed(),
        loss: m.loss,
        eval_loss: m.eval_loss,
        lr: m.lr,
        grad_norm: m.grad_norm,
        tokens_per_s: m.tokens_per_s,
    };
    Ok(query::run::put_metric(tx, row).await?)
}

async fn put_sample(tx: &Tx, id: RunId, s: &RunSample) -> Result<(), Problem> {
    let row = run_sample::Model {
        run_id: id.0,
        step: s.step.cast_signed(),
        idx: s.index.cast_signed(),
        prompt: s.prompt.clone(),
        text: s.text.clone(),
    };
    Ok(query::run::put_sample(tx, row).await?)
}
