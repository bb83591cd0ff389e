//! Starting, stopping and estimating runs.

use super::data::{self, Data};
use super::{command, read};
use crate::authz::{self, Action};
use crate::run::train;
use crate::view::run::{Run, RunEstimate, RunForm};
use crate::{Actor, App, jobs, model};
use karat_store::query;
use karat_store::query::job::NewJob;
use karat_types::id::{AccountId, RunId};
use karat_types::train::TrainSettings;
use karat_types::{Hash, ModelKind, Problem, RunState};
use serde_json::json;

/// Percent held out when the form does not say.
const HELD_OUT_PERCENT: u32 = 5;
/// The largest file of rows a person may bring.
pub const MAX_ROWS_FILE: usize = 200_000_000;
/// Asked at each evaluation when the form names no prompts.
const PROMPTS: [&str; 3] = ["This library", "To get started, ", "The most common mistake is"];

/// Starts a run. Builders may.
pub async fn create(app: &App, actor: &Actor, form: RunForm) -> Result<Run, Problem> {
    authz::require(actor, Action::CreateRun, false)?;
    check_name(&form.name)?;
    check_settings(&form.settings)?;
    let base = base_of(app, &form).await?;
    let adapter = format!("{}:{}", base.name, form.name);
    if query::model::by_name(app.store.db(), &adapter).await?.is_some() {
        return Err(model::name_taken(&adapter));
    }
    let data = data::describe(app, &form).await?;
    let id = RunId::new();
    let prompts = if form.prompts.is_empty() { PROMPTS.map(String::from).to_vec() } else { form.prompts };
    let text = |e: serde_json::Error| Problem::internal(e.to_string());
    let row = query::run::NewRun {
        id,
        name: form.name,
        base: form.base,
        init_adapter: form.init_adapter,
        release: form.release,
        file: form.file,
        data_name: data.name,
        settings: serde_json::to_string(&form.settings).map_err(text)?,
        held_out_percent: form.held_out_percent.unwrap_or(HELD_OUT_PERCENT),
        prompts: serde_json::to_string(&prompts).map_err(text)?,
        created_by: actor.account,
        created_at: app.clock.now(),
    };
    let tx = app.store.begin().await?;
    query::run::insert(&tx, &row).await?;
    let job = NewJob::new(jobs::TRAIN_QUEUE, train::KIND, &train::Payload { run: id }, row.created_at)?;
    query::job::enqueue(&tx, job, row.created_at).await?;
    tx.commit().await?;
    read::get(app, actor, id).await
}

/// What the run would need, from its form.
pub async fn estimate(app: &App, actor: &Actor, form: RunForm) -> Result<RunEstimate, Problem> {
    authz::require(actor, Action::CreateRun, false)?;
    check_settings(&form.settings)?;
    let base = base_of(app, &form).await?;
    let Data { name, rows, bytes } = data::describe(app, &form).await?;
    let dir = model::unpack(app, form.base).await?;
    let percent = form.held_out_percent.unwrap_or(HELD_OUT_PERCENT);
    let command = command::line(&base.name, &name, &form.name, &form.settings, percent);
    let (trainer, settings) = (app.trainer.clone(), form.settings);
    let kept = u64::from(100 - percent.min(50));
    let estimate = tokio::task::spawn_blocking(move || {
        trainer.estimate(&dir, &settings, (rows * kept).div_ceil(100), bytes * kept / 100)
    })
    .await
    .map_err(|e| Problem::internal(format!("The estimate: {e}.")))??;
    Ok(RunEstimate { estimate, rows, command })
}

/// Asks a run to stop after this step and save what there is.
pub async fn stop(app: &App, actor: &Actor, id: RunId) -> Result<Run, Problem> {
    end(app, actor, id, RunState::Stopping).await
}

/// Ends a run without saving anything.
pub async fn cancel(app: &App, actor: &Actor, id: RunId) -> Result<Run, Problem> {
    end(app, actor, id, RunState::Cancelled).await
}

async fn end(app: &App, actor: &Actor, id: RunId, wish: RunState) -> Result<Run, Problem> {
    let run = read::stored(app, id).await?;
    authz::require(
        actor,
        Action::StopRun,
        actor.account.is_some() && actor.account == run.created_by.map(AccountId),
    )?;
    let tx = app.store.begin().await?;
    let state = query::run::lock_state(&tx, id).await?;
    if state.is_final() {
        return Err(Problem::conflict(
            "run_over",
            format!("The run is already {state}."),
            "Start another one.",
        ));
    }
    // Nothing was learned yet: there is nothing to save.
    let next = if state == RunState::Queued { RunState::Cancelled } else { wish };
    query::run::set_state(&tx, id, next, app.clock.now()).await?;
    query::event::append(&tx, &format!("run:{id}"), "state", &json!({"state": next}))?;
    tx.commit().await?;
    read::get(app, actor, id).await
}

/// Takes a JSONL of one's own for runs; returns its hash, to be named in the form.
pub async fn upload_rows(app: &App, actor: &Actor, bytes: bytes::Bytes) -> Result<Hash, Problem> {
    authz::require(actor, Action::CreateRun, false)?;
    if bytes.len() > MAX_ROWS_FILE {
        return Err(Problem::new(
            413,
            "file_too_big",
            format!("The file has {} bytes; up to {MAX_ROWS_FILE} are taken.", bytes.len()),
            "Train on a part of it, or use `karat train` on this machine.",
        ));
    }
    data::check_jsonl(&bytes)?;
    Ok(app.store.blobs().put(bytes).await?)
}

async fn base_of(app: &App, form: &RunForm) -> Result<karat_store::entity::model::Model, Problem> {
    let base = model::stored(app, form.base).await?;
    if base.kind == ModelKind::Base.as_str() {
        return Ok(base);
    }
    Err(Problem::bad(
        "not_a_base",
        format!("'{}' is an adapter.", base.name),
        "Choose its base as `base` and the adapter as `init_adapter` to continue from it.",
    ))
}

fn check_name(name: &str) -> Result<(), Problem> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=60).contains(&name.len()) && name.chars().all(fine) {
        return Ok(());
    }
    Err(Problem::bad(
        "name_invalid",
        format!("'{name}' cannot name a run: 1–60 letters, digits, '-', '_' or '.' are expected."),
        "Choose a name like `sourdough-1`.",
    ))
}

fn check_settings(s: &TrainSettings) -> Result<(), Problem> {
    let fault = if !(s.learning_rate > 0.0 && s.learning_rate <= 1.0) {
        format!("learning_rate is {}; above 0 and at most 1 is expected.", s.learning_rate)
    } else if !(1..=512).contains(&s.batch_size) || !(1..=512).contains(&s.accumulation) {
        format!("batch_size is {} and accumulation {}; 1–512 is expected.", s.batch_size, s.accumulation)
    } else if s.steps.is_none() && !(s.epochs > 0.0 && s.epochs <= 1000.0) {
        format!("epochs is {}; above 0 and at most 1000 is expected.", s.epochs)
    } else if s.steps.is_some_and(|n| !(1..=10_000_000).contains(&n)) {
        "steps is out of range; 1–10,000,000 is expected.".into()
    } else if !(8..=131_072).contains(&s.max_length) {
        format!("max_length is {}; 8–131,072 tokens is expected.", s.max_length)
    } else if s.method.has_adapter() && !(1..=512).contains(&s.rank) {
        format!("rank is {}; 1–512 is expected.", s.rank)
    } else if !(0.0..1.0).contains(&s.dropout)
        || s.alpha <= 0.0
        || s.weight_decay < 0.0
        || s.max_grad_norm < 0.0
    {
        "dropout must be in 0–1, alpha above 0, weight_decay and max_grad_norm not negative.".into()
    } else {
        return Ok(());
    };
    Err(Problem::bad("setting_out_of_range", fault, "Change it and start again; the form is kept."))
}
