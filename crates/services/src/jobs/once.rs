//! One job from claim to end: the handler, the heartbeat beside it, and what comes of it.

use super::cancel::{CancelFlag, Wish};
use super::{ClaimedJob, Handlers};
use crate::App;
use futures::FutureExt;
use karat_store::query::job;
use karat_store::{Store, StoreError};
use karat_types::{Clock, JobState, Problem, clock::SystemClock};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// How a try ended, for those who wait for it.
#[derive(Debug)]
pub(super) enum End {
    /// The handler completed it, or another worker has it.
    Over,
    /// It was given back unfinished.
    GivenBack,
    /// It failed; it is tried again, or dead.
    Failed(Problem),
}

/// What one process needs to do jobs.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) handlers: Handlers,
    pub(super) lease: Duration,
    pub(super) stop: CancellationToken,
}

/// Does the job, keeping its lease alive, and writes how it ended.
///
/// When the lease is lost or the process ends, the handler is dropped where it stands:
/// its open transaction never happened, and what it saved before is where the next
/// worker goes on.
pub(super) async fn work(app: &App, rules: &Rules, job: ClaimedJob) -> End {
    let (wish, flag) = CancelFlag::new();
    let keeper = tokio::spawn(keep(app.store.clone(), job.clone(), rules.clone(), wish));
    let keeper = AbortOnDropHandle::new(keeper);
    let running = AssertUnwindSafe(rules.handlers.run(app, &job, &flag)).catch_unwind();
    let result = tokio::select! {
        ended = running => Some(ended.unwrap_or_else(|panic| Err(panicked(&job, panic.as_ref())))),
        () = flag.dropped() => None,
    };
    drop(keeper);
    let end = settle(app, rules, &job, result).await;
    end.unwrap_or_else(|problem| {
        // The lease runs out and another worker takes it up.
        tracing::warn!(job = %job.id, %problem, "the end of a job could not be written");
        End::Failed(problem)
    })
}

async fn settle(
    app: &App,
    rules: &Rules,
    job: &ClaimedJob,
    result: Option<Result<(), Problem>>,
) -> Result<End, Problem> {
    let row = job::get(app.store.db(), job.id).await?;
    let mine = row.is_some_and(|r| r.attempt == job.attempt && r.state == JobState::Running.as_str());
    if !mine {
        return Ok(End::Over);
    }
    let problem = match result {
        None => {
            let tx = app.store.begin().await?;
            job::give_back(&tx, job).await?;
            tx.commit().await?;
            return Ok(End::GivenBack);
        }
        Some(Err(problem)) => problem,
        Some(Ok(())) => {
            Problem::internal(format!("The handler of '{}' ended without completing its job.", job.kind))
        }
    };
    tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempt, %problem, "a job failed");
    let tx = app.store.begin().await?;
    if job::fail(&tx, job, &problem.to_string(), app.now()).await? == JobState::Dead {
        rules.handlers.dead(app, &tx, job, &problem).await?;
    }
    tx.commit().await?;
    Ok(End::Failed(problem))
}

fn panicked(job: &ClaimedJob, panic: &(dyn std::any::Any + Send)) -> Problem {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Problem::internal(format!("The handler of '{}' panicked: {text}", job.kind))
}

/// Renews the lease until the job ends; tells the handler what is wished.
async fn keep(store: Store, job: ClaimedJob, rules: Rules, wish: watch::Sender<Wish>) {
    let mut tick = interval(rules.lease / 3);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick.tick().await;
    let mut ours_until = Instant::now() + rules.lease;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            // Without a renewal the lease is over for others too: this worker stops first.
            () = sleep_until(ours_until) => break,
            () = rules.stop.cancelled() => break,
        }
        let sent = Instant::now();
        match beat(&store, &job, rules.lease).await {
            Ok(asked) => {
                ours_until = sent + rules.lease;
                if asked {
                    wish.send_if_modified(|w| {
                        *w == Wish::GoOn && {
                            *w = Wish::Stop;
                            true
                        }
                    });
                }
            }
            Err(StoreError::Stale { .. }) => break,
            Err(error) => tracing::warn!(job = %job.id, %error, "a lease could not be renewed"),
        }
    }
    wish.send_replace(Wish::Drop);
}

async fn beat(store: &Store, job: &ClaimedJob, lease: Duration) -> Result<bool, StoreError> {
    let tx = store.begin().await?;
    let asked = job::heartbeat(&tx, job, SystemClock.now(), lease).await?;
    tx.commit().await?;
    Ok(asked)
}
