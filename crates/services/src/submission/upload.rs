//! A file comes in: stored, given a place, and put before the gate.

use super::entry::{Upload, check_consent, check_file};
use super::quota::{self, Ask};
use super::{check, view};
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::datanet;
use crate::view::submission::Submission;
use crate::words::word;
use karat_store::query::job::NewJob;
use karat_store::{Tx, entity, query};
use karat_types::id::{ContributorId, DatanetId, SubmissionId};
use karat_types::{Hash, Micros, Problem, SubmissionState};

/// A person offers a file to a datanet.
pub async fn upload(
    app: &App,
    actor: &Actor,
    datanet: DatanetId,
    upload: Upload,
) -> Result<Submission, Problem> {
    authz::require(actor, Action::Submit, false)?;
    let contributor = actor.need_contributor()?;
    enter(app, contributor, datanet, upload).await
}

/// Brings in a file for a contributor who has no account. The same door, the same
/// limits: only signing in is left out, because there is nobody to sign in.
pub async fn import(
    app: &App,
    contributor: ContributorId,
    datanet: DatanetId,
    upload: Upload,
) -> Result<Submission, Problem> {
    enter(app, contributor, datanet, upload).await
}

async fn enter(
    app: &App,
    contributor: ContributorId,
    datanet: DatanetId,
    mut upload: Upload,
) -> Result<Submission, Problem> {
    upload.file_name = karat_gate::name::composed(&upload.file_name);
    let place = datanet::load(app.store.db(), datanet).await?;
    check_open(&place)?;
    check_consent(&upload.declaration)?;
    check_file(&upload, word(&place.modality)?)?;
    let now = app.clock.now();
    quota::has_attempts(app, contributor.0, now).await?;
    // Stored before the row exists: a row never names a file that is not there.
    let hash = app.store.blobs().put(upload.bytes.clone()).await?;
    let ask = Ask {
        contributor: contributor.0,
        datanet: &place,
        bytes: upload.size(),
        trial: upload.declaration.trial,
        now,
        limits: &app.settings.limits,
    };
    let tx = app.store.begin().await?;
    if let Some(spent) = quota::reserve(&tx, &ask).await? {
        tx.commit().await?;
        return Err(spent);
    }
    let row = row(&ask, &upload, hash);
    write(&tx, row.clone(), now).await?;
    tx.commit().await?;
    view::shape(row, place.name, None, Vec::new())
}

fn check_open(datanet: &entity::datanet::Model) -> Result<(), Problem> {
    if datanet.open {
        return Ok(());
    }
    Err(Problem::conflict(
        "datanet_closed",
        format!("“{}” takes no submissions at the moment.", datanet.name),
        "Look for an open datanet, or come back later: its owner can open it again.",
    ))
}

/// The row and the job that checks it: both or neither.
async fn write(tx: &Tx, row: entity::submission::Model, now: Micros) -> Result<(), Problem> {
    let job =
        NewJob::new(check::QUEUE, check::KIND, &check::Payload { submission: row.id.into(), again: 0 }, now)?;
    let topic = format!("contributor:{}", row.contributor_id);
    let news = serde_json::json!({ "submission": row.id, "state": row.state });
    query::submission::insert(tx, row).await?;
    query::job::enqueue(tx, job, now).await?;
    query::event::append(tx, &topic, "submission", &news)?;
    Ok(())
}

fn row(ask: &Ask<'_>, upload: &Upload, hash: Hash) -> entity::submission::Model {
    let declared = &upload.declaration;
    entity::submission::Model {
        id: SubmissionId::new().0,
        datanet_id: ask.datanet.id,
        contributor_id: ask.contributor,
        file_name: upload.file_name.clone(),
        bytes: i64::try_from(ask.bytes).unwrap_or(i64::MAX),
        content_hash: hash.hex(),
        normal_hash: None,
        state: SubmissionState::Checking.to_string(),
        trial: declared.trial,
        licence: licence(&declared.licence),
        origin: declared.origin.to_string(),
        consent: declared.consent,
        source_type: declared.source_type.to_string(),
        profile: ask.datanet.profile.clone(),
        gate_version: 0,
        score: None,
        media_type: None,
        verdict: None,
        day: ask.now.day(),
        created_at: ask.now.0,
        checked_at: None,
        decided_at: None,
        reasons: None,
        note: None,
        cluster_id: None,
        transcript: transcript(declared.transcript.as_deref()),
        set_aside: None,
        rules: None,
    }
}

/// Characters of a transcript that are kept: an hour of fast speech.
const MAX_TRANSCRIPT_CHARS: usize = 100_000;

/// None when nothing was written down.
pub(super) fn transcript(declared: Option<&str>) -> Option<String> {
    let said = declared?.trim();
    (!said.is_empty()).then(|| {
        let kept = said.chars().take(MAX_TRANSCRIPT_CHARS);
        kept.filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
    })
}

/// Longest expression the gate reads, and some more, so that it says what is wrong.
const MAX_LICENCE_CHARS: usize = 600;

/// `MIT/Apache-2.0` is kept as `MIT OR Apache-2.0`; what cannot be read is kept as far as
/// a row can hold it, for the gate to refuse.
fn licence(declared: &str) -> String {
    karat_gate::licence::canonical(declared).unwrap_or_else(|_| {
        let kept = declared.trim().chars().take(MAX_LICENCE_CHARS);
        kept.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_kept_so_that_a_row_can_hold_it_and_the_gate_can_judge_it() {
        assert_eq!(licence(" MIT/Apache-2.0 "), "MIT OR Apache-2.0");
        assert_eq!(licence("my\0own"), "my\u{fffd}own");
        assert_eq!(licence(&"x".repeat(10_000)).len(), MAX_LICENCE_CHARS);
        assert_eq!(licence("  "), "");
    }

    #[test]
    fn a_transcript_is_kept_when_there_is_one() {
        assert_eq!(transcript(Some(" Hello\0 there.\n")).as_deref(), Some("Hello there."));
        assert_eq!((transcript(Some(" \n")), transcript(None)), (None, None));
        let long = "a".repeat(MAX_TRANSCRIPT_CHARS + 1);
        assert_eq!(transcript(Some(&long)).map(|kept| kept.len()), Some(MAX_TRANSCRIPT_CHARS));
    }
}
