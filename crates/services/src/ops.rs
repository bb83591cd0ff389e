//! For those who run the server: readiness, numbers, what is wrong.

use crate::App;
use crate::jobs::QUEUES;
use karat_store::query::{self, job, ops};
pub use karat_store::{Check, Store, StoreConfig, diagnose, is_healthy};
use karat_types::{JobState, Problem, RunState, SubmissionState};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// A number for the metrics page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// Name of the metric.
    pub name: &'static str,
    /// Name of its one label.
    pub label: &'static str,
    /// What the label says.
    pub value_of: String,
    /// The number.
    pub count: i64,
}

/// How long an answer of [`ready`] holds: everybody may ask, and looking writes.
const FRESH: Duration = Duration::from_secs(2);

/// The last answer of [`ready`], and when it was found.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Instant, Result<(), Problem>)>>);

/// Whether requests can be served: the database answers, the tables are this program's,
/// blobs can be written. The first thing that is not well is the problem.
pub async fn ready(app: &App) -> Result<(), Problem> {
    let mut last = app.readiness.0.lock().await;
    if let Some((at, answer)) = last.as_ref()
        && at.elapsed() < FRESH
    {
        return answer.clone();
    }
    let answer = match app.store.checks().await.into_iter().find(|check| !check.ok) {
        None => Ok(()),
        Some(Check { name, found, fix, .. }) => {
            Err(Problem::new(503, "not_ready", format!("{name}: {found}"), fix.unwrap_or_default()))
        }
    };
    *last = Some((Instant::now(), answer.clone()));
    answer
}

/// Jobs by queue, submissions and runs by state. What there is none of counts 0, so that a
/// number never stays at what it was.
pub async fn gauges(app: &App) -> Result<Vec<Gauge>, Problem> {
    let db = app.store.db();
    let jobs = job::counts(db).await?;
    let mut gauges = Vec::new();
    for (name, state) in JOBS {
        for queue in QUEUES {
            let count =
                jobs.iter().find(|(q, s, _)| q == queue && s == state.as_str()).map_or(0, |(.., n)| *n);
            gauges.push(Gauge { name, label: "queue", value_of: (*queue).to_owned(), count });
        }
    }
    let submissions = ops::submission_states(db).await?;
    gauges.extend(by_state(
        "karat_submissions",
        SubmissionState::ALL.iter().map(|s| s.as_str()),
        &submissions,
    ));
    let waiting = query::submission::count_set_aside(db).await?;
    gauges.extend(["reader_failed", "known_bad"].into_iter().map(|why| Gauge {
        name: "karat_set_aside",
        label: "why",
        value_of: why.to_owned(),
        count: waiting.iter().find(|(w, _)| w == why).map_or(0, |(_, n)| *n),
    }));
    if let Some(scanner) = app.scanner.clone() {
        let up = tokio::task::spawn_blocking(move || scanner.is_up()).await.unwrap_or(false);
        let value_of = "clamd".to_owned();
        gauges.push(Gauge { name: "karat_scanner_up", label: "scanner", value_of, count: i64::from(up) });
    }
    let runs = ops::run_states(db).await?;
    gauges.extend(by_state("karat_runs", RunState::ALL.iter().map(|s| s.as_str()), &runs));
    Ok(gauges)
}

const JOBS: [(&str, JobState); 3] = [
    ("karat_jobs_ready", JobState::Ready),
    ("karat_jobs_running", JobState::Running),
    ("karat_jobs_dead", JobState::Dead),
];

fn by_state(
    name: &'static str,
    states: impl Iterator<Item = &'static str>,
    counts: &[(String, i64)],
) -> impl Iterator<Item = Gauge> {
    states.map(move |state| {
        let count = counts.iter().find(|(s, _)| s == state).map_or(0, |(_, n)| *n);
        Gauge { name, label: "state", value_of: state.to_owned(), count }
    })
}
