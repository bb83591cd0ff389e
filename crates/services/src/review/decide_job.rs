//! The job `decide`: a decision that was not undone becomes final.

use super::decide::lock;
use super::make_final::{Ruling, make_final};
use crate::app::App;
use crate::view::review::DecisionForm;
use crate::words::{json, word};
use karat_store::query::job::{ClaimedJob, NewJob};
use karat_store::{Tx, query};
use karat_types::id::{AccountId, SubmissionId};
use karat_types::{Micros, Problem};
use serde::{Deserialize, Serialize};

/// What the job is called.
pub(crate) const KIND: &str = "decide";
const QUEUE: &str = "check";

/// Which decision is meant: one that was undone and made again has another moment.
#[derive(Serialize, Deserialize)]
struct Payload {
    submission: SubmissionId,
    made_at: i64,
}

/// Puts the job in line for the moment the decision cannot be undone any more.
pub(super) async fn enqueue(
    tx: &Tx,
    submission: SubmissionId,
    now: Micros,
    final_at: Micros,
) -> Result<(), Problem> {
    let payload = Payload { submission, made_at: now.0 };
    query::job::enqueue(tx, NewJob::new(QUEUE, KIND, &payload, final_at)?, now).await?;
    Ok(())
}

/// Makes the decision final, unless it was undone.
pub(crate) async fn run(app: &App, job: &ClaimedJob) -> Result<(), Problem> {
    let Payload { submission, made_at } = job.payload()?;
    let tx = app.store.begin().await?;
    let (datanet, row) = lock(&tx, submission).await?;
    let pending = query::decision::lock_pending(&tx, submission.0).await?;
    if let Some(pending) = pending.filter(|pending| pending.created_at == made_at) {
        let form = DecisionForm {
            outcome: word(&pending.outcome)?,
            reasons: json(&pending.reasons)?,
            note: pending.note,
        };
        query::decision::delete_pending(&tx, submission.0).await?;
        make_final(app, &tx, &datanet, row, Ruling::of_person(&form, AccountId(pending.account_id))).await?;
    }
    query::job::complete(&tx, job.id, job.attempt).await?;
    tx.commit().await?;
    Ok(())
}
