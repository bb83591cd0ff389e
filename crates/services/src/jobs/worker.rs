//! A process that works: claims jobs for its free slots, keeps their leases, ends in
//! order.

use super::once::{Rules, work};
use super::{CHECK_QUEUE, ClaimedJob, Handlers};
use crate::App;
use karat_store::StoreError;
use karat_store::query::job::{self, Claim};
use karat_store::query::{event, lease, session};
use karat_types::{Clock, Micros, Problem, clock::SystemClock};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a job of another process may lie unseen.
const POLL: Duration = Duration::from_millis(200);
/// Rest after the database could not be reached.
const REST: Duration = Duration::from_secs(1);
/// Old rows are forgotten this often, by one process.
const TIDY: Duration = Duration::from_secs(600);
/// Days events are kept for listeners that resume.
const EVENT_DAYS: i64 = 7;
/// Days finished jobs are kept for the operator.
const JOB_DAYS: i64 = 30;

/// Does background work until it is told to stop.
pub struct Worker {
    handlers: Handlers,
    lease: Duration,
    slots: HashMap<String, usize>,
    owner: String,
}

/// A name no other worker has: in messages it says where to look.
pub(super) fn owner_name(what: &str) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{what}@{} pid {} {:08x}", host.trim(), std::process::id(), rand::random::<u32>())
}

impl Worker {
    /// A worker whose jobs are taken over when it was silent for `lease`.
    pub fn new(lease: Duration) -> Self {
        let many = std::thread::available_parallelism().map_or(2, |n| n.get());
        let slots = HashMap::from([(CHECK_QUEUE.to_owned(), many)]);
        Self { handlers: Handlers::standard(), lease, slots, owner: owner_name("worker") }
    }

    /// Other handlers than the standard ones.
    pub fn with_handlers(mut self, handlers: Handlers) -> Self {
        self.handlers = handlers;
        self
    }

    /// How many jobs of a queue go on at the same time; one, unless it is said here.
    pub fn with_slots(mut self, queue: &str, slots: usize) -> Self {
        self.slots.insert(queue.to_owned(), slots);
        self
    }

    /// Works on these queues until `stop`; then jobs are told to end, and what they do
    /// not finish is given back for others.
    pub async fn run(self, app: Arc<App>, queues: &[&str], stop: CancellationToken) -> Result<(), Problem> {
        let rules = Rules { handlers: self.handlers.clone(), lease: self.lease, stop: stop.clone() };
        let mut running: JoinSet<String> = JoinSet::new();
        let mut busy: HashMap<String, usize> = HashMap::new();
        let (mut next_reap, mut next_tidy) = (Instant::now(), Instant::now());
        while !stop.is_cancelled() {
            let mut rest = POLL;
            let turn = async {
                if Instant::now() >= next_reap {
                    self.reap(&app).await?;
                    next_reap = Instant::now() + self.lease / 3;
                }
                if Instant::now() >= next_tidy {
                    self.tidy(&app).await?;
                    next_tidy = Instant::now() + TIDY;
                }
                for queue in queues {
                    let used = busy.entry((*queue).to_owned()).or_default();
                    for job in self.claim(&app, queue, *used).await? {
                        *used += 1;
                        start(&mut running, app.clone(), rules.clone(), job);
                    }
                }
                Ok::<_, Problem>(())
            };
            if let Err(problem) = turn.await {
                tracing::warn!(%problem, "the worker cannot reach its jobs; trying again");
                rest = REST;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = running.join_next() => free(&mut busy, ended),
                () = app.store.job_enqueued() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
        while let Some(ended) = running.join_next().await {
            free(&mut busy, ended);
        }
        Ok(())
    }

    async fn claim(&self, app: &App, queue: &str, used: usize) -> Result<Vec<ClaimedJob>, StoreError> {
        let slots = self.slots.get(queue).copied().unwrap_or(1);
        let claim = Claim {
            queues: &[queue.to_owned()],
            limit: slots.saturating_sub(used) as u64,
            owner: &self.owner,
            due: app.now(),
            now: SystemClock.now(),
            lease: self.lease,
        };
        job::claim(&app.store, &claim).await
    }

    /// Takes jobs from workers that went silent; says what it means when one is given up.
    async fn reap(&self, app: &App) -> Result<(), Problem> {
        if !job::any_expired(app.store.db(), SystemClock.now()).await? {
            return Ok(());
        }
        let tx = app.store.begin().await?;
        let (again, dead) = job::reap(&tx, SystemClock.now()).await?;
        for job::Dead { job, error } in &dead {
            tracing::error!(job = %job.id, kind = job.kind, error, "a job was given up");
            self.handlers.dead(app, &tx, job, &Problem::internal(error)).await?;
        }
        tx.commit().await?;
        if again > 0 {
            tracing::info!(jobs = again, "took over jobs of a worker that stopped answering");
        }
        Ok(())
    }

    /// Forgets what nobody asks for any more. One process does it, the others skip it.
    async fn tidy(&self, app: &App) -> Result<(), Problem> {
        let now = SystemClock.now();
        let until = Micros(now.0 + i64::try_from(TIDY.as_micros()).unwrap_or(i64::MAX));
        let tx = app.store.begin().await?;
        if lease::acquire(&tx, "tidy", &self.owner, now, until).await? {
            event::prune(&tx, now.plus_days(-EVENT_DAYS)).await?;
            job::prune(&tx, now.plus_days(-JOB_DAYS)).await?;
            session::prune(&tx, app.now()).await?;
        }
        tx.commit().await?;
        // A gate that came with this program may read what the one before could not.
        crate::submission::recheck_older(app).await?;
        Ok(())
    }
}

fn start(running: &mut JoinSet<String>, app: Arc<App>, rules: Rules, job: ClaimedJob) {
    let queue = job.queue.clone();
    running.spawn(async move {
        work(&app, &rules, job).await;
        queue
    });
}

fn free(busy: &mut HashMap<String, usize>, ended: Result<String, tokio::task::JoinError>) {
    match ended {
        Ok(queue) => {
            let used = busy.entry(queue).or_default();
            *used = used.saturating_sub(1);
        }
        // `work` catches what its handler throws; this would be a bug of its own.
        Err(error) => tracing::error!(%error, "a worker's task ended badly"),
    }
}
