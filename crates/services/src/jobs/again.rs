//! Work that may never be given up: a file nobody judged, a decision that did not count.

use super::ClaimedJob;
use crate::App;
use karat_store::Tx;
use karat_store::query::job::{self, NewJob};
use karat_types::Problem;

/// How long a failing job rests before it is taken up anew.
const REST_SECONDS: i64 = 3_600;

/// A job of the same kind and payload, an hour later, in the transaction that gives this
/// one up. That a reader fails is never a contributor's fault: the operator sees the dead
/// job and its error, and once the cause is gone the work is done.
pub(super) async fn later(app: &App, tx: &Tx, dead: &ClaimedJob) -> Result<(), Problem> {
    let now = app.now();
    let payload: serde_json::Value = dead.payload()?;
    let anew = NewJob::new(&dead.queue, &dead.kind, &payload, now.plus_seconds(REST_SECONDS))?;
    job::enqueue(tx, anew, now).await?;
    Ok(())
}
