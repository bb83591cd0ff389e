//! The job that trains: rows out of a release, an adapter into the models.

use super::live::{self, Wish};
use super::{checkpoint, data, read};
use crate::model::{self, NewModel};
use crate::{Actor, App};
use karat_store::Tx;
use karat_store::entity::run::Model as Stored;
use karat_store::query::{self, job::ClaimedJob};
use karat_types::id::{ModelId, RunId};
use karat_types::ports::{Control, TrainJob, Trained};
use karat_types::train::{TrainSettings, TrainSummary};
use karat_types::{Method, ModelKind, Problem, RunState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Name of the job.
pub(crate) const KIND: &str = "train";

/// What the job is told.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) run: RunId,
}

/// Job handler: runs, or takes up again, the run the job names. It ends with the same
/// bytes however often it was interrupted: the rows are split by hash and the trainer
/// resumes from its last whole checkpoint.
pub(crate) async fn run(app: &App, job: &ClaimedJob) -> Result<(), Problem> {
    let Payload { run: id } = job.payload()?;
    let run = read::stored(app, id).await?;
    let state: RunState = run.state.parse().map_err(Problem::internal)?;
    if state.is_final() {
        let tx = app.store.begin().await?;
        query::job::complete(&tx, job.id, job.attempt).await?;
        return Ok(tx.commit().await?);
    }
    begin(app, job, id, state).await?;
    let dir = app.cache_dir.join("runs").join(id.to_string());
    let ended = match attempt(app, job, &run, &dir).await {
        Ok(Trained::Saved(summary)) => save(app, job, &run, &dir, summary).await,
        Ok(Trained::Cancelled) => cancelled(app, job, id).await,
        Err(problem) => Err(problem),
    };
    match ended {
        Ok(()) => {
            // Only a cache: what counts is in the blobs.
            let _ = std::fs::remove_dir_all(&dir);
            Ok(())
        }
        Err(problem) if problem.code == "stale_attempt" || problem.status == 503 => Err(problem),
        Err(problem) => fail(app, job, &problem).await,
    }
}

async fn begin(app: &App, job: &ClaimedJob, id: RunId, state: RunState) -> Result<(), Problem> {
    let tx = app.store.begin().await?;
    query::job::still_mine(&tx, job).await?;
    if state == RunState::Queued {
        let now = app.clock.now();
        query::run::set_state(&tx, id, RunState::Running, now).await?;
        let progress = query::run::Progress { started_at: Some(now), ..Default::default() };
        query::run::progress(&tx, id, progress).await?;
        let payload = json!({"state": RunState::Running});
        query::event::append(&tx, &format!("run:{id}"), "state", &payload)?;
    }
    Ok(tx.commit().await?)
}

async fn attempt(app: &App, job: &ClaimedJob, run: &Stored, dir: &Path) -> Result<Trained, Problem> {
    let id = RunId(run.id);
    let settings: TrainSettings = read::parse(&run.settings)?;
    let work_dir = dir.join("work");
    model::create_dir(&work_dir)?;
    checkpoint::restore(app, run, &work_dir).await?;
    let files = data::write(app, run, settings.seed, dir).await?;
    let init_adapter = match run.init_adapter_id {
        Some(adapter) => Some(model::unpack(app, ModelId(adapter)).await?),
        None => None,
    };
    let task = TrainJob {
        model_dir: model::unpack(app, ModelId(run.base_id)).await?,
        init_adapter,
        train: files.train,
        held_out: files.held_out,
        settings,
        work_dir: work_dir.clone(),
        out_dir: out_dir(dir),
        prompts: read::parse(&run.prompts)?,
    };
    let (send, receive) = mpsc::unbounded_channel();
    let wish = Arc::new(Wish::default());
    let (trainer, heard) = (app.trainer.clone(), wish.clone());
    let training = tokio::task::spawn_blocking(move || {
        trainer.train(&task, &mut |event| {
            // The recorder is gone only when the job was lost.
            if send.send(event).is_err() { Control::Cancel } else { heard.get() }
        })
    });
    let recorded = live::record(app, &live::Recorded { job, id, work_dir: &work_dir }, receive, &wish).await;
    let trained = training.await.map_err(|e| Problem::internal(format!("The trainer stopped: {e}.")))?;
    recorded?;
    trained
}

fn out_dir(dir: &Path) -> PathBuf {
    dir.join("out")
}

async fn save(
    app: &App,
    job: &ClaimedJob,
    run: &Stored,
    dir: &Path,
    summary: TrainSummary,
) -> Result<(), Problem> {
    let id = RunId(run.id);
    let settings: TrainSettings = read::parse(&run.settings)?;
    let base = model::stored(app, ModelId(run.base_id)).await?;
    let (kind, on) = match settings.method {
        Method::Lora | Method::Qlora => (ModelKind::Adapter, Some(ModelId(run.base_id))),
        Method::Full => (ModelKind::Base, None),
    };
    let name = format!("{}:{}", base.name, run.name);
    let out = out_dir(dir);
    let new = NewModel { name: &name, kind, base: on, run: Some(id), dir: &out };
    keep_account(app, &out).await?;
    let row = model::prepare(app, &Actor::system(), &new).await?;
    let state = if summary.stopped_early { RunState::Stopped } else { RunState::Done };
    let text = serde_json::to_string(&summary).map_err(|e| Problem::internal(e.to_string()))?;
    let now = app.clock.now();
    let tx = app.store.begin().await?;
    query::job::complete(&tx, job.id, job.attempt).await?;
    query::model::insert(&tx, &row).await?;
    query::run::set_state(&tx, id, state, now).await?;
    query::run::finish(&tx, id, row.id, &text).await?;
    query::event::append(&tx, &format!("run:{id}"), "state", &json!({"state": state, "model": row.id}))?;
    Ok(tx.commit().await?)
}

/// The account of contributors beside the adapter: its large files can betray people's rows,
/// so they are no part of the model that everybody may read. They are kept as blobs, under
/// the hashes that the model's `attribution.json` has.
async fn keep_account(app: &App, out: &Path) -> Result<(), Problem> {
    for name in model::ACCOUNT.iter().map(|name| out.join(name)).filter(|path| path.exists()) {
        app.store.blobs().put_file(&name).await?;
    }
    Ok(())
}

async fn cancelled(app: &App, job: &ClaimedJob, id: RunId) -> Result<(), Problem> {
    let now = app.clock.now();
    let tx = app.store.begin().await?;
    query::job::complete(&tx, job.id, job.attempt).await?;
    query::run::set_state(&tx, id, RunState::Cancelled, now).await?;
    query::event::append(&tx, &format!("run:{id}"), "state", &json!({"state": RunState::Cancelled}))?;
    Ok(tx.commit().await?)
}

/// A run that cannot go on says why; trying again would end the same way.
async fn fail(app: &App, job: &ClaimedJob, problem: &Problem) -> Result<(), Problem> {
    let tx = app.store.begin().await?;
    query::job::complete(&tx, job.id, job.attempt).await?;
    given_up(app, &tx, job, problem).await?;
    Ok(tx.commit().await?)
}

/// Marks the run as failed: its job was given up, or cannot succeed.
pub(crate) async fn given_up(app: &App, tx: &Tx, job: &ClaimedJob, why: &Problem) -> Result<(), Problem> {
    let Payload { run: id } = job.payload()?;
    tracing::warn!(run = %id, code = why.code, "run failed");
    query::run::set_state(tx, id, RunState::Failed, app.clock.now()).await?;
    query::run::set_error(tx, id, &why.to_string()).await?;
    let payload = json!({"state": RunState::Failed, "error": why.to_string()});
    Ok(query::event::append(tx, &format!("run:{id}"), "state", &payload)?)
}
