//! `karat worker`: does the background work: checks, decisions, releases, runs.

use crate::config::StateArgs;
use crate::{compose, runtime, telemetry};
use karat_services::jobs;
use karat_types::Problem;
use std::io::Read;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long work in progress may take to reach a safe point before the process ends.
/// What is cut off is taken up again by another worker.
const GRACE: Duration = Duration::from_secs(5);

/// Does background work: checks, decisions, releases, runs
#[derive(clap::Args)]
#[command(after_help = "Example: karat worker --queue train --database-url postgres://karat@db/karat")]
pub(crate) struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// Only this queue; may be repeated [default: all]
    #[arg(long = "queue", value_name = "QUEUE")]
    queues: Vec<String>,
    /// End when standard input closes: how `karat serve` keeps its workers from outliving it
    #[arg(long, hide = true)]
    lifeline: bool,
}

/// Works until it is told to stop.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    telemetry::start("info");
    let config = args.state.load()?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let queues = queues(&args.queues)?;
        let app = compose::app(&config).await?;
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        if args.lifeline {
            stop_on_eof(stop.clone());
        }
        let lease = Duration::from_secs(u64::from(config.lease_seconds.max(1)));
        let worker = jobs::Worker::new(lease);
        let work = worker.run(app, &queues, stop.clone());
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => done,
            () = stop.cancelled() => tokio::time::timeout(GRACE, work).await.unwrap_or(Ok(())),
        }
    });
    // A training thread may be in the middle of a step: it is not waited for.
    runtime.shutdown_background();
    done
}

fn queues(asked: &[String]) -> Result<Vec<&'static str>, Problem> {
    if asked.is_empty() {
        return Ok(jobs::QUEUES.to_vec());
    }
    let known = |name: &String| {
        jobs::QUEUES.iter().copied().find(|queue| queue == name).ok_or_else(|| {
            Problem::bad(
                "queue_unknown",
                format!("There is no queue '{name}'."),
                format!("Queues: {}.", jobs::QUEUES.join(", ")),
            )
        })
    };
    asked.iter().map(known).collect()
}

/// Ctrl-C, or the service manager.
pub(crate) async fn stop_on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    stop.cancel();
}

/// Standard input closes when the server ends, however it ends.
fn stop_on_eof(stop: CancellationToken) {
    std::thread::spawn(move || {
        let mut buffer = [0; 64];
        while std::io::stdin().read(&mut buffer).is_ok_and(|n| n > 0) {}
        stop.cancel();
    });
}
