//! All ready work, at once and in order: the demo's way, with the same handlers.

use super::once::{End, Rules, work};
use super::{Handlers, worker::owner_name};
use crate::App;
use karat_store::query::job::{self, Claim};
use karat_types::{Clock, Problem, clock::SystemClock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const LEASE: Duration = Duration::from_secs(15);

/// Does every job of these queues that is due, one after the other, until none is left;
/// says how many. Stops at the first that fails.
pub async fn drain(app: &App, queues: &[&str]) -> Result<u64, Problem> {
    drain_with(app, queues, Handlers::standard()).await
}

pub(super) async fn drain_with(app: &App, queues: &[&str], handlers: Handlers) -> Result<u64, Problem> {
    let queues: Vec<String> = queues.iter().map(|q| (*q).to_owned()).collect();
    let rules = Rules { handlers, lease: LEASE, stop: CancellationToken::new() };
    let owner = owner_name("drain");
    let mut done = 0;
    loop {
        let claim = Claim {
            queues: &queues,
            limit: 1,
            owner: &owner,
            due: app.now(),
            now: SystemClock.now(),
            lease: LEASE,
        };
        let Some(job) = job::claim(&app.store, &claim).await?.pop() else { return Ok(done) };
        if let End::Failed(problem) = work(app, &rules, job).await {
            return Err(problem);
        }
        done += 1;
    }
}
