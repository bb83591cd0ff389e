//! Verdicts can be given again: from the stored bytes, the rules of the moment, and what
//! the stored verdict says of the moment. Nothing is changed.

use super::trust;
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::operator::{Change, Changed, Differs, Replayed};
use crate::words::{PAGE, hash, json, to_json, word};
use futures::{StreamExt, TryStreamExt, stream};
use karat_gate::{GATE_VERSION, Input};
use karat_store::{entity, query};
use karat_types::finding::Verdict;
use karat_types::id::{DatanetId, SubmissionId};
use karat_types::{GateOutcome, Problem, SubmissionState};

/// Differences that are listed; all are counted.
const LISTED: usize = 100;

/// Reads every stored submission again, of one datanet or of all.
///
/// Those this gate judged must give the same verdict to the byte. With `current` those an
/// older gate judged are read too, to see what this one would say.
pub async fn replay(
    app: &App,
    actor: &Actor,
    datanet: Option<DatanetId>,
    current: bool,
) -> Result<Replayed, Problem> {
    authz::require(actor, Action::Operate, false)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut told = Replayed::default();
    let mut after = None;
    loop {
        let rows = query::submission::judged(app.store.db(), datanet.map(|id| id.0), after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(told) };
        after = Some(last.id);
        let again = stream::iter(rows.into_iter().map(|row| read_again(app, row, current)));
        let found: Vec<_> = again.buffered(cores).try_collect().await?;
        found.into_iter().for_each(|found| count(&mut told, found));
    }
}

/// What reading one again gave.
enum Found {
    /// To the byte.
    Same,
    Other(Differs),
    /// Judged by another gate; nothing was asked.
    Older,
    /// Our reader failed, then or now.
    Unread,
    /// Taken back since: its bytes are no longer there, as they should not be.
    Gone,
    /// What this gate says of a file an older one judged.
    Now(SubmissionId, GateOutcome, GateOutcome),
}

async fn read_again(app: &App, row: entity::submission::Model, current: bool) -> Result<Found, Problem> {
    if matches!(word(&row.state)?, SubmissionState::Withdrawn | SubmissionState::Voided) {
        return Ok(Found::Gone);
    }
    let same_gate = row.gate_version.unsigned_abs() == GATE_VERSION;
    if !same_gate && !current {
        return Ok(Found::Older);
    }
    let text = row.verdict.unwrap_or_default();
    let stored: Verdict = json(&text)?;
    let rules = trust::whole(app, json(&row.rules.unwrap_or_default())?).await?;
    let bytes = app.store.blobs().get(hash(&row.content_hash)?).await?;
    let (examiner, name) = (app.examiner.clone(), row.file_name);
    let work = move || examiner.examine(&Input { name: &name, bytes: &bytes, rules });
    let fresh = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Problem::internal(format!("The gate stopped while reading a file: {error}.")))?
        .verdict;
    let id = SubmissionId(row.id);
    if is_unread(&stored) || is_unread(&fresh) {
        return Ok(Found::Unread);
    }
    let again = karat_gate::replay(fresh, &stored);
    if !same_gate {
        return Ok(Found::Now(id, stored.outcome, again.outcome));
    }
    let again = to_json(&again)?;
    if again == text {
        return Ok(Found::Same);
    }
    let at = text.bytes().zip(again.bytes()).take_while(|(a, b)| a == b).count();
    Ok(Found::Other(Differs { id, stored: around(&text, at), again: around(&again, at) }))
}

fn is_unread(verdict: &Verdict) -> bool {
    verdict.findings.iter().any(|finding| finding.code == super::set_aside::READER_FAILED)
}

/// Where two verdicts part.
fn around(text: &str, at: usize) -> String {
    let from = at.saturating_sub(40);
    String::from_utf8_lossy(text.as_bytes().get(from..text.len().min(at + 80)).unwrap_or_default())
        .into_owned()
}

fn count(told: &mut Replayed, found: Found) {
    match found {
        Found::Same => told.same += 1,
        Found::Older => told.older += 1,
        Found::Unread => told.unread += 1,
        Found::Gone => told.gone += 1,
        Found::Other(differs) => {
            told.different += 1;
            if told.differences.len() < LISTED {
                told.differences.push(differs);
            }
        }
        Found::Now(_, was, is) if was == is => told.unchanged += 1,
        Found::Now(id, was, is) => {
            match told.changes.iter_mut().find(|change| (change.was, change.now) == (was, is)) {
                Some(change) => change.files += 1,
                None => told.changes.push(Change { was, now: is, files: 1 }),
            }
            if told.changed.len() < LISTED {
                told.changed.push(Changed { id, was, now: is });
            }
        }
    }
}
