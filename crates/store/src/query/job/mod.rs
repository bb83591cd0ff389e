//! Background jobs: enqueued in the transaction that makes them necessary, claimed under
//! a lease, completed in the transaction that writes their result.
//!
//! `attempt` is the fencing number: it grows with every claim, and whoever comes with an
//! older one is refused. A worker that was thought dead can therefore never write.

mod claim;
mod finish;

pub use claim::{Claim, ClaimedJob, claim, heartbeat};
pub use finish::{Dead, any_expired, complete, fail, give_back, reap, still_mine};

pub use crate::entity::job::Model as JobRow;

use crate::conn::{Conn, Tx};
use crate::entity::job::{ActiveModel, Column, Entity};
use crate::{Result, StoreError};
use karat_types::id::JobId;
use karat_types::{JobState, Micros};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Set};
use serde::Serialize;

/// How often a job is tried before it is given up.
pub const MAX_ATTEMPTS: i32 = 5;

/// A job to be done.
#[derive(Clone, Debug)]
pub struct NewJob {
    queue: String,
    kind: String,
    payload: String,
    run_at: Micros,
    dedup_key: Option<String>,
    priority: i32,
    max_attempts: i32,
}

impl NewJob {
    /// A job of `kind` for the workers of `queue`, not before `run_at`.
    pub fn new(queue: &str, kind: &str, payload: &impl Serialize, run_at: Micros) -> Result<Self> {
        Ok(Self {
            queue: queue.to_owned(),
            kind: kind.to_owned(),
            payload: serde_json::to_string(payload).map_err(|e| StoreError::Other(e.to_string()))?,
            run_at,
            dedup_key: None,
            priority: 0,
            max_attempts: MAX_ATTEMPTS,
        })
    }

    /// At most one unfinished job has this key: `train:<run>`.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.dedup_key = Some(key.into());
        self
    }

    /// Higher goes first; 0 is the rule.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// How often it is tried; [`MAX_ATTEMPTS`] is the rule.
    pub fn attempts(mut self, attempts: i32) -> Self {
        self.max_attempts = attempts;
        self
    }
}

/// Adds the job; none when an unfinished one has the same key.
pub async fn enqueue(tx: &Tx, job: NewJob, now: Micros) -> Result<Option<JobId>> {
    let id = JobId::new();
    let row = ActiveModel {
        id: Set(id.0),
        queue: Set(job.queue),
        kind: Set(job.kind),
        payload: Set(job.payload),
        state: Set(JobState::Ready.to_string()),
        priority: Set(job.priority),
        run_at: Set(job.run_at.0),
        attempt: Set(0),
        max_attempts: Set(job.max_attempts),
        lease_owner: Set(None),
        lease_until: Set(None),
        cancel_requested: Set(false),
        dedup_key: Set(job.dedup_key),
        last_error: Set(None),
        created_at: Set(now.0),
    };
    let added = Entity::insert(row)
        .on_conflict(OnConflict::column(Column::DedupKey).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    tx.mark_enqueued();
    Ok((added > 0).then_some(id))
}

/// Asks the unfinished job with this key to stop; false when there is none.
pub async fn request_cancel(tx: &Tx, key: &str) -> Result<bool> {
    let asked = Entity::update_many()
        .col_expr(Column::CancelRequested, Expr::value(true))
        .filter(Column::DedupKey.eq(key))
        .exec(tx)
        .await?;
    Ok(asked.rows_affected > 0)
}

/// The job as it stands.
pub async fn get<C: Conn>(conn: &C, id: JobId) -> Result<Option<JobRow>> {
    Ok(Entity::find_by_id(id.0).one(conn).await?)
}

/// How many jobs there are by queue and state.
pub async fn counts<C: Conn>(conn: &C) -> Result<Vec<(String, String, i64)>> {
    let rows = Entity::find()
        .select_only()
        .column(Column::Queue)
        .column(Column::State)
        .column_as(Column::Id.count(), "n")
        .group_by(Column::Queue)
        .group_by(Column::State)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows)
}

/// Forgets finished jobs made before `before`.
pub async fn prune(tx: &Tx, before: Micros) -> Result<u64> {
    let done = Entity::delete_many()
        .filter(Column::State.is_in([JobState::Done.as_str(), JobState::Dead.as_str()]))
        .filter(Column::CreatedAt.lt(before.0))
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}
