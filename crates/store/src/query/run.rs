//! Fine-tuning runs, their numbers and their answers.

use crate::entity::{run, run_metric, run_sample};
use crate::{Conn, Engine, Result, StoreError, Tx};
use karat_types::id::{AccountId, ModelId, ReleaseId, RunId};
use karat_types::{Hash, Micros, RunState};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// A run to write.
pub struct NewRun {
    /// Its id.
    pub id: RunId,
    /// Its name.
    pub name: String,
    /// The base.
    pub base: ModelId,
    /// The adapter to continue from.
    pub init_adapter: Option<ModelId>,
    /// The release to train on …
    pub release: Option<ReleaseId>,
    /// … or an uploaded file.
    pub file: Option<Hash>,
    /// What people call the data.
    pub data_name: String,
    /// Settings, JSON.
    pub settings: String,
    /// Percent held out.
    pub held_out_percent: u32,
    /// Prompts, JSON.
    pub prompts: String,
    /// Who started it.
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Micros,
}

/// Writes a run that waits for a worker.
pub async fn insert(tx: &Tx, new: &NewRun) -> Result<()> {
    run::Entity::insert(run::ActiveModel {
        id: Set(new.id.0),
        name: Set(new.name.clone()),
        state: Set(RunState::Queued.as_str().into()),
        base_id: Set(new.base.0),
        init_adapter_id: Set(new.init_adapter.map(|m| m.0)),
        release_id: Set(new.release.map(|r| r.0)),
        file_hash: Set(new.file.map(|h| h.hex())),
        data_name: Set(new.data_name.clone()),
        settings: Set(new.settings.clone()),
        held_out_percent: Set(new.held_out_percent.cast_signed()),
        prompts: Set(new.prompts.clone()),
        step: Set(0),
        total_steps: Set(0),
        loss: Set(None),
        tokens_per_s: Set(None),
        model_id: Set(None),
        summary: Set(None),
        error: Set(None),
        checkpoint: Set(None),
        created_by: Set(new.created_by.map(|a| a.0)),
        created_at: Set(new.created_at.0),
        started_at: Set(None),
        finished_at: Set(None),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// A run.
pub async fn get(conn: &impl Conn, id: RunId) -> Result<Option<run::Model>> {
    Ok(run::Entity::find_by_id(id.0).one(conn).await?)
}

/// All runs, newest first.
pub async fn all(conn: &impl Conn) -> Result<Vec<run::Model>> {
    Ok(run::Entity::find().order_by_desc(run::Column::Id).all(conn).await?)
}

/// The run's state, with its row locked until the transaction ends.
pub async fn lock_state(tx: &Tx, id: RunId) -> Result<RunState> {
    let mut find = run::Entity::find_by_id(id.0);
    // SQLite has one writer at a time: the transaction itself is the lock.
    if tx.engine() == Engine::Postgres {
        find = find.lock_exclusive();
    }
    let row = find.one(tx).await?.ok_or_else(|| StoreError::Other(format!("run {id} is gone")))?;
    row.state.parse().map_err(StoreError::Other)
}

/// Moves a run to `state`; the first start and the end are dated.
pub async fn set_state(tx: &Tx, id: RunId, state: RunState, now: Micros) -> Result<()> {
    let mut row = run::ActiveModel { id: Set(id.0), state: Set(state.as_str().into()), ..Default::default() };
    if state.is_final() {
        row.finished_at = Set(Some(now.0));
    }
    run::Entity::update(row).exec(tx).await?;
    Ok(())
}

/// What changes in the run's own row while it goes on.
#[derive(Default)]
pub struct Progress {
    /// Set once, when work begins.
    pub started_at: Option<Micros>,
    /// Steps in all.
    pub total_steps: Option<u64>,
    /// Steps taken.
    pub step: Option<u64>,
    /// Last loss.
    pub loss: Option<f64>,
    /// Last speed.
    pub tokens_per_s: Option<f64>,
    /// Manifest of the last checkpoint.
    pub checkpoint: Option<String>,
}

/// Writes what changed.
pub async fn progress(tx: &Tx, id: RunId, p: Progress) -> Result<()> {
    let set = |v: Option<u64>| v.map_or(sea_orm::ActiveValue::NotSet, |n| Set(n.cast_signed()));
    let row = run::ActiveModel {
        id: Set(id.0),
        started_at: p.started_at.map_or(sea_orm::ActiveValue::NotSet, |t| Set(Some(t.0))),
        total_steps: set(p.total_steps),
        step: set(p.step),
        loss: p.loss.map_or(sea_orm::ActiveValue::NotSet, |x| Set(Some(x))),
        tokens_per_s: p.tokens_per_s.map_or(sea_orm::ActiveValue::NotSet, |x| Set(Some(x))),
        checkpoint: p.checkpoint.map_or(sea_orm::ActiveValue::NotSet, |c| Set(Some(c))),
        ..Default::default()
    };
    run::Entity::update(row).exec(tx).await?;
    Ok(())
}

/// Ends a run well: its model and what it amounted to.
pub async fn finish(tx: &Tx, id: RunId, model: ModelId, summary: &str) -> Result<()> {
    run::Entity::update(run::ActiveModel {
        id: Set(id.0),
        model_id: Set(Some(model.0)),
        summary: Set(Some(summary.into())),
        ..Default::default()
    })
    .exec(tx)
    .await?;
    Ok(())
}

/// Says why a run failed.
pub async fn set_error(tx: &Tx, id: RunId, error: &str) -> Result<()> {
    run::Entity::update(run::ActiveModel {
        id: Set(id.0),
        error: Set(Some(error.into())),
        ..Default::default()
    })
    .exec(tx)
    .await?;
    Ok(())
}

/// Writes a step's numbers; what is given replaces what was there.
pub async fn put_metric(tx: &Tx, m: run_metric::Model) -> Result<()> {
    let mut columns = Vec::new();
    let mut set = |value: Option<f64>, column| {
        if value.is_some() {
            columns.push(column);
        }
        Set(value)
    };
    let row = run_metric::ActiveModel {
        run_id: Set(m.run_id),
        step: Set(m.step),
        loss: set(m.loss, run_metric::Column::Loss),
        eval_loss: set(m.eval_loss, run_metric::Column::EvalLoss),
        lr: set(m.lr, run_metric::Column::Lr),
        grad_norm: set(m.grad_norm, run_metric::Column::GradNorm),
        tokens_per_s: set(m.tokens_per_s, run_metric::Column::TokensPerS),
    };
    let key = [run_metric::Column::RunId, run_metric::Column::Step];
    run_metric::Entity::insert(row)
        .on_conflict(OnConflict::columns(key).update_columns(columns).to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Pins an answer under a step; a repeated one replaces the first.
pub async fn put_sample(tx: &Tx, s: run_sample::Model) -> Result<()> {
    let key = [run_sample::Column::RunId, run_sample::Column::Step, run_sample::Column::Idx];
    let rest = [run_sample::Column::Prompt, run_sample::Column::Text];
    run_sample::Entity::insert(run_sample::ActiveModel::from(s))
        .on_conflict(OnConflict::columns(key).update_columns(rest).to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets every step after `step`: a resumed run takes them again.
pub async fn rewind(tx: &Tx, id: RunId, step: u64) -> Result<()> {
    run_metric::Entity::delete_many()
        .filter(run_metric::Column::RunId.eq(id.0))
        .filter(run_metric::Column::Step.gt(step.cast_signed()))
        .exec(tx)
        .await?;
    run_sample::Entity::delete_many()
        .filter(run_sample::Column::RunId.eq(id.0))
        .filter(run_sample::Column::Step.gt(step.cast_signed()))
        .exec(tx)
        .await?;
    Ok(())
}

/// A run's numbers, by step.
pub async fn metrics(conn: &impl Conn, id: RunId) -> Result<Vec<run_metric::Model>> {
    Ok(run_metric::Entity::find()
        .filter(run_metric::Column::RunId.eq(id.0))
        .order_by_asc(run_metric::Column::Step)
        .all(conn)
        .await?)
}

/// A run's answers, by step and prompt.
pub async fn samples(conn: &impl Conn, id: RunId) -> Result<Vec<run_sample::Model>> {
    Ok(run_sample::Entity::find()
        .filter(run_sample::Column::RunId.eq(id.0))
        .order_by_asc(run_sample::Column::Step)
        .order_by_asc(run_sample::Column::Idx)
        .all(conn)
        .await?)
}
