//! Reading runs: the list, the live page.

use super::command;
use crate::authz::{self, Action};
use crate::view::Page;
use crate::view::run::{Metric, Run, RunDetail, RunSample};
use crate::{Actor, App};
use karat_store::entity::run::Model as Stored;
use karat_store::query;
use karat_types::id::{AccountId, ModelId, ReleaseId, RunId};
use karat_types::{Micros, Problem, RunState};

/// All runs, newest first.
pub async fn list(app: &App, actor: &Actor) -> Result<Page<Run>, Problem> {
    authz::require(actor, Action::ReadModel, false)?;
    let mut items = Vec::new();
    for stored in query::run::all(app.store.db()).await? {
        items.push(view(app, stored).await?);
    }
    Ok(Page { total: items.len() as u64, items, next: None })
}

/// One run.
pub async fn get(app: &App, actor: &Actor, id: RunId) -> Result<Run, Problem> {
    authz::require(actor, Action::ReadModel, false)?;
    view(app, stored(app, id).await?).await
}

/// Everything the run page shows. The events up to `last_event` are in it: the number is
/// read first, so what happens in between is seen twice rather than never.
pub async fn detail(app: &App, actor: &Actor, id: RunId) -> Result<RunDetail, Problem> {
    let last_event = query::event::last_seq(app.store.db()).await?;
    let run = get(app, actor, id).await?;
    let metrics = query::run::metrics(app.store.db(), id).await?.into_iter().map(metric).collect();
    let samples = query::run::samples(app.store.db(), id).await?;
    let samples = samples
        .into_iter()
        .map(|s| RunSample {
            step: s.step.cast_unsigned(),
            index: s.idx.unsigned_abs(),
            prompt: s.prompt,
            text: s.text,
        })
        .collect();
    Ok(RunDetail { run, metrics, samples, last_event })
}

fn metric(m: karat_store::entity::run_metric::Model) -> Metric {
    Metric {
        step: m.step.cast_unsigned(),
        loss: m.loss,
        eval_loss: m.eval_loss,
        lr: m.lr,
        grad_norm: m.grad_norm,
        tokens_per_s: m.tokens_per_s,
    }
}

pub(crate) async fn stored(app: &App, id: RunId) -> Result<Stored, Problem> {
    query::run::get(app.store.db(), id).await?.ok_or_else(|| Problem::missing("run", id))
}

pub(crate) async fn view(app: &App, r: Stored) -> Result<Run, Problem> {
    let base = ModelId(r.base_id);
    let base_name = query::model::get(app.store.db(), base).await?.map(|m| m.name).unwrap_or_default();
    let settings = parse(&r.settings)?;
    let percent = r.held_out_percent.unsigned_abs();
    let command = command::line(&base_name, &r.data_name, &r.name, &settings, percent);
    let state: RunState = r.state.parse().map_err(Problem::internal)?;
    let since_withdrawn = crate::release::since_withdrawn(app.store.db(), r.id).await?;
    Ok(Run {
        id: RunId(r.id),
        since_withdrawn,
        eta_seconds: eta(app, &r, state),
        state,
        base,
        base_name,
        release: r.release_id.map(ReleaseId),
        data_name: r.data_name,
        settings,
        command,
        step: r.step.cast_unsigned(),
        total_steps: r.total_steps.cast_unsigned(),
        loss: r.loss,
        tokens_per_s: r.tokens_per_s,
        model: r.model_id.map(ModelId),
        summary: r.summary.as_deref().map(parse).transpose()?,
        error: r.error,
        created_by: r.created_by.map(AccountId),
        created_at: Micros(r.created_at),
        started_at: r.started_at.map(Micros),
        finished_at: r.finished_at.map(Micros),
        name: r.name,
    })
}

/// Seconds left if the steps to come take as long as those taken.
fn eta(app: &App, r: &Stored, state: RunState) -> Option<f64> {
    let started = r.started_at?;
    if state.is_final() || r.step == 0 {
        return None;
    }
    let spent = (app.clock.now().0 - started) as f64 / 1e6;
    Some(spent / r.step as f64 * (r.total_steps - r.step).max(0) as f64)
}

pub(crate) fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text)
        .map_err(|e| Problem::internal(format!("A stored setting cannot be read: {e}.")))
}
