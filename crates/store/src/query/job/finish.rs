//! How a job ends, is tried again, or changes hands.

use super::claim::{ClaimedJob, mine};
use crate::conn::{Conn, Tx};
use crate::entity::job::{Column, Entity, Model};
use crate::{Result, StoreError};
use karat_types::id::JobId;
use karat_types::{JobState, Micros};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, UpdateMany};

/// Expired leases looked at in one go.
const REAP_LIMIT: u64 = 100;

/// A job that was given up; its kind's handler says what that means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// The job as it was last tried.
    pub job: ClaimedJob,
    /// Why the last try failed.
    pub error: String,
}

/// Marks the job done, in the transaction that writes its result: both become true
/// together or neither does. Refused as stale when another worker has the job.
pub async fn complete(tx: &Tx, id: JobId, attempt: i32) -> Result<()> {
    exactly_mine(
        state(JobState::Done)
            .col_expr(Column::DedupKey, Expr::value(None::<String>))
            .col_expr(Column::LastError, Expr::value(None::<String>)),
        tx,
        id,
        attempt,
    )
    .await
}

/// Notes that this attempt failed: the job is tried again after a while, or is dead
/// when that was the last attempt. Says which.
pub async fn fail(tx: &Tx, job: &ClaimedJob, error: &str, now: Micros) -> Result<JobState> {
    let dead = job.attempt >= job.max_attempts;
    let next = if dead { JobState::Dead } else { JobState::Ready };
    let mut update = state(next).col_expr(Column::LastError, Expr::value(error));
    if dead {
        update = update.col_expr(Column::DedupKey, Expr::value(None::<String>));
    } else {
        let again = now.plus_seconds(back_off_seconds(job.attempt));
        update = update.col_expr(Column::RunAt, Expr::value(again.0));
    }
    exactly_mine(update, tx, job.id, job.attempt).await?;
    Ok(next)
}

/// Gives an unfinished job back at once, as at shutdown; the attempt does not count.
pub async fn give_back(tx: &Tx, job: &ClaimedJob) -> Result<()> {
    // The attempt number never goes back, or an old claim would fit again.
    let update = state(JobState::Ready).col_expr(Column::MaxAttempts, Expr::col(Column::MaxAttempts).add(1));
    exactly_mine(update, tx, job.id, job.attempt).await
}

/// Refuses with `Stale` unless the attempt still has the job; its row stays locked until
/// the transaction ends. For what a long job writes on its way.
pub async fn still_mine(tx: &Tx, job: &ClaimedJob) -> Result<()> {
    let touch = Entity::update_many().col_expr(Column::Attempt, Expr::value(job.attempt));
    exactly_mine(touch, tx, job.id, job.attempt).await
}

/// Whether some worker stopped renewing a lease: looking is free, [`reap`] writes.
pub async fn any_expired<C: Conn>(conn: &C, now: Micros) -> Result<bool> {
    Ok(expired(now).one(conn).await?.is_some())
}

fn expired(now: Micros) -> Select<Entity> {
    Entity::find().filter(Column::State.eq(JobState::Running.as_str())).filter(Column::LeaseUntil.lt(now.0))
}

/// Takes jobs from workers that stopped renewing their leases: ready for others, or
/// dead after too many tries. Any process may do this, several at once too.
pub async fn reap(tx: &Tx, now: Micros) -> Result<(u64, Vec<Dead>)> {
    let expired = expired(now)
        .order_by_asc(Column::Id)
        .limit(REAP_LIMIT)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx)
        .await?;
    let (dead, again): (Vec<Model>, Vec<Model>) =
        expired.into_iter().partition(|j| j.attempt >= j.max_attempts);
    if !again.is_empty() {
        let ids = again.iter().map(|j| j.id);
        state(JobState::Ready).filter(Column::Id.is_in(ids)).exec(tx).await?;
        tx.mark_enqueued();
    }
    let mut given_up = Vec::new();
    for row in dead {
        let owner = row.lease_owner.clone().unwrap_or_default();
        let error = format!("worker '{owner}' stopped answering on attempt {}", row.attempt);
        state(JobState::Dead)
            .col_expr(Column::DedupKey, Expr::value(None::<String>))
            .col_expr(Column::LastError, Expr::value(error.clone()))
            .filter(Column::Id.eq(row.id))
            .exec(tx)
            .await?;
        given_up.push(Dead { job: row.into(), error });
    }
    Ok((again.len() as u64, given_up))
}

/// 2, 4, 8 … seconds, ten minutes at most.
fn back_off_seconds(attempt: i32) -> i64 {
    Ord::min(1i64 << Ord::clamp(attempt, 1, 20), 600)
}

/// A job in this state has no lease.
fn state(next: JobState) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(next.as_str()))
        .col_expr(Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
}

async fn exactly_mine(update: UpdateMany<Entity>, tx: &Tx, id: JobId, attempt: i32) -> Result<()> {
    let done = update.filter(mine(id, attempt)).exec(tx).await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale { job: id, attempt }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_and_is_capped() {
        assert_eq!([1, 2, 3].map(back_off_seconds), [2, 4, 8]);
        assert_eq!(back_off_seconds(i32::MAX), 600);
    }
}
