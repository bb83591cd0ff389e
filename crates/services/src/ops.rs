//! For those who run the server: readiness, numbers, what is wrong.

use crate::App;
use karat_store::query::job;
pub use karat_store::{Check, StoreConfig, diagnose, is_healthy};
use karat_types::Problem;

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

/// Whether requests can be served: the database answers, the tables are this program's,
/// blobs can be written. The first thing that is not well is the problem.
pub async fn ready(app: &App) -> Result<(), Problem> {
    match app.store.checks().await.into_iter().find(|check| !check.ok) {
        None => Ok(()),
        Some(Check { name, found, fix, .. }) => {
            Err(Problem::new(503, "not_ready", format!("{name}: {found}"), fix.unwrap_or_default()))
        }
    }
}

/// How much work waits, runs, or was given up, by queue.
pub async fn gauges(app: &App) -> Result<Vec<Gauge>, Problem> {
    let counts = job::counts(app.store.db()).await?;
    let named = |(queue, state, count): (String, String, i64)| {
        let name = match state.as_str() {
            "ready" => "karat_jobs_ready",
            "running" => "karat_jobs_running",
            "dead" => "karat_jobs_dead",
            _ => return None,
        };
        Some(Gauge { name, label: "queue", value_of: queue, count })
    };
    Ok(counts.into_iter().filter_map(named).collect())
}
