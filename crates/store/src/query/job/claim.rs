//! Taking jobs up, and keeping them.

use crate::conn::Tx;
use crate::entity::job::{Column, Entity, Model};
use crate::{Result, Store, StoreError};
use karat_types::id::JobId;
use karat_types::{JobState, Micros};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Who wants how many jobs of which queues.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Queues served.
    pub queues: &'a [String],
    /// Jobs at most.
    pub limit: u64,
    /// Name of the worker.
    pub owner: &'a str,
    /// Jobs are due up to this moment; the demo's time moves faster than the wall's.
    pub due: Micros,
    /// The wall's time: leases are promises between processes.
    pub now: Micros,
    /// How long the jobs are this worker's without a heartbeat.
    pub lease: Duration,
}

/// A job this worker has, for as long as its lease is renewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The job.
    pub id: JobId,
    /// Its queue.
    pub queue: String,
    /// What is to be done: `check`.
    pub kind: String,
    /// With what, JSON.
    pub payload: String,
    /// The fencing number of this claim.
    pub attempt: i32,
    /// How often it may be tried.
    pub max_attempts: i32,
}

impl ClaimedJob {
    /// The payload as the handler's type.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.payload)
            .map_err(|e| StoreError::Other(format!("payload of job {} ({}): {e}", self.id, self.kind)))
    }
}

impl From<Model> for ClaimedJob {
    fn from(row: Model) -> Self {
        Self {
            id: row.id.into(),
            queue: row.queue,
            kind: row.kind,
            payload: row.payload,
            attempt: row.attempt,
            max_attempts: row.max_attempts,
        }
    }
}

/// Takes due jobs, each exactly once however many ask at the same time.
pub async fn claim(store: &Store, claim: &Claim<'_>) -> Result<Vec<ClaimedJob>> {
    // Looking is free; a writing transaction on SQLite makes others wait.
    if claim.limit == 0 || ready(claim).one(store.db()).await?.is_none() {
        return Ok(Vec::new());
    }
    let tx = store.begin().await?;
    let mut rows = ready(claim)
        .order_by_desc(Column::Priority)
        .order_by_asc(Column::RunAt)
        .order_by_asc(Column::Id)
        .limit(claim.limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(&tx)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Entity::update_many()
        .col_expr(Column::State, Expr::value(JobState::Running.as_str()))
        .col_expr(Column::Attempt, Expr::col(Column::Attempt).add(1))
        .col_expr(Column::LeaseOwner, Expr::value(claim.owner))
        .col_expr(Column::LeaseUntil, Expr::value(until(claim.now, claim.lease).0))
        .filter(Column::Id.is_in(rows.iter().map(|r| r.id)))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    for row in &mut rows {
        row.attempt += 1;
    }
    Ok(rows.into_iter().map(ClaimedJob::from).collect())
}

fn ready(claim: &Claim<'_>) -> Select<Entity> {
    Entity::find()
        .filter(Column::State.eq(JobState::Ready.as_str()))
        .filter(Column::Queue.is_in(claim.queues))
        .filter(Column::RunAt.lte(claim.due.0))
}

fn until(now: Micros, lease: Duration) -> Micros {
    Micros(now.0.saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX)))
}

/// Renews the lease; true when the job is asked to stop. Refused as stale when another
/// worker has the job.
pub async fn heartbeat(tx: &Tx, job: &ClaimedJob, now: Micros, lease: Duration) -> Result<bool> {
    let renewed = Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value(until(now, lease).0))
        .filter(mine(job.id, job.attempt))
        .exec(tx)
        .await?;
    if renewed.rows_affected == 0 {
        return Err(StoreError::Stale { job: job.id, attempt: job.attempt });
    }
    let row = super::get(tx, job.id).await?;
    Ok(row.is_some_and(|r| r.cancel_requested))
}

/// The row, only while this attempt is the running one.
pub(super) fn mine(id: JobId, attempt: i32) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(Column::Id.eq(id.0))
        .add(Column::Attempt.eq(attempt))
        .add(Column::State.eq(JobState::Running.as_str()))
}
