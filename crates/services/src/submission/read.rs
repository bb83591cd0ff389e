//! Reading submissions: one's own, and those that may be seen.

use super::evidence;
use super::view::{blind, load, nameless, public, told};
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::datanet;
use crate::view::Page;
use crate::view::submission::Submission;
use crate::words::{PAGE, cursor, hash, json, next_of, word};
use bytes::Bytes;
use karat_store::{entity, query};
use karat_types::id::{ContributorId, SubmissionId};
use karat_types::{Problem, RejectReason, Role, SubmissionState};

/// The raw file of a submission.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What the gate found it to be.
    pub media_type: String,
    /// The bytes, exactly as they came.
    pub bytes: Bytes,
}

/// One page of one's own submissions, newest first.
pub async fn mine(app: &App, actor: &Actor, after: Option<&str>) -> Result<Page<Submission>, Problem> {
    authz::require(actor, Action::ReadOwn, false)?;
    let contributor = actor.need_contributor()?;
    let db = app.store.db();
    let (mut rows, total) =
        query::submission::of_contributor(db, contributor.0, cursor(after)?, PAGE + 1).await?;
    let next = next_of(&mut rows, PAGE, |row| row.id);
    Ok(Page { items: told(db, rows).await?, total, next })
}

/// One submission. Its author is told to the author, and to everybody once it is
/// accepted; reviewers see it blind.
pub async fn get(app: &App, actor: &Actor, id: SubmissionId) -> Result<Submission, Problem> {
    let row = readable(app, actor, id).await?;
    let db = app.store.db();
    let theirs = is_own(actor, &row) || actor.is_system();
    if !theirs && row.state != SubmissionState::Accepted.as_str() {
        return blind(db, row).await;
    }
    let view = told(db, vec![row]).await?.pop().ok_or_else(|| Problem::missing("submission", id))?;
    Ok(if theirs { view } else { public(view) })
}

/// The file itself: for its author, and for operators what is set aside for them. Others
/// get plain texts as they are, pictures and recordings without what their files say of
/// their makers, and documents once they are accepted: those that name people as the text
/// that was read from them.
pub async fn file(app: &App, actor: &Actor, id: SubmissionId) -> Result<File, Problem> {
    let row = readable(app, actor, id).await?;
    still_there(&row)?;
    let accepted = row.state == SubmissionState::Accepted.as_str();
    let set_aside = row.set_aside.is_some() && actor.has(Role::Operator);
    if !is_own(actor, &row) && !set_aside {
        if evidence::is_media(&row) {
            return evidence::cleaned(app, &row).await;
        }
        if !accepted && !evidence::is_plain(&row) {
            return Err(Problem::forbidden(
                "A document can name its author, so before it is accepted only its contributor gets the file.",
                "Read its text instead: GET /api/v1/submissions/{id}/extract.",
            ));
        }
        if evidence::names_people(&row)? {
            return evidence::as_text(app, &row).await;
        }
    }
    let bytes = app.store.blobs().get(hash(&row.content_hash)?).await?;
    let name = if accepted || is_own(actor, &row) { row.file_name } else { nameless(&row.file_name) };
    let media_type = row.media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(File { name, media_type, bytes })
}

/// Refuses the content of what was taken back; that it was there stays known.
pub(crate) fn still_there(row: &entity::submission::Model) -> Result<(), Problem> {
    let state: SubmissionState = word(&row.state)?;
    if !matches!(state, SubmissionState::Withdrawn | SubmissionState::Voided) {
        return Ok(());
    }
    Err(gone(row, state))
}

/// What is said of something taken back.
fn gone(row: &entity::submission::Model, state: SubmissionState) -> Problem {
    Problem::new(
        410,
        "content_withdrawn",
        format!("This submission was {state}; its content is no longer shown."),
        format!("What it was in, and since when it is gone: GET /api/v1/submissions/{}/affected.", row.id),
    )
}

/// Whether everybody could read it once: it was accepted and then taken back. A rejection
/// always has reasons, an acceptance has none.
pub(crate) fn was_public(row: &entity::submission::Model) -> Result<bool, Problem> {
    let state: SubmissionState = word(&row.state)?;
    let reasons: Vec<RejectReason> = row.reasons.as_deref().map(json).transpose()?.unwrap_or_default();
    let taken_back = matches!(state, SubmissionState::Withdrawn | SubmissionState::Voided);
    Ok(taken_back && row.decided_at.is_some() && reasons.is_empty())
}

/// The row, when this person may read it.
pub(super) async fn readable(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
) -> Result<entity::submission::Model, Problem> {
    let db = app.store.db();
    let row = load(db, id).await?;
    let datanet = datanet::load(db, row.datanet_id.into()).await?;
    may_read(actor, &row, &datanet)?;
    Ok(row)
}

fn is_own(actor: &Actor, row: &entity::submission::Model) -> bool {
    actor.contributor == Some(ContributorId(row.contributor_id))
}

/// Its contributor always; everybody once it is accepted; the owner and reviewers from
/// the moment the gate let it through.
fn may_read(
    actor: &Actor,
    row: &entity::submission::Model,
    datanet: &entity::datanet::Model,
) -> Result<(), Problem> {
    if row.set_aside.is_some() && !actor.has(Role::Operator) && !is_own(actor, row) {
        return Err(Problem::forbidden(
            "This submission waits for the operator, so only they and its contributor may see it.",
            "Nothing to do: it comes to the reviewers if the operator lets it through.",
        ));
    }
    let state: SubmissionState = word(&row.state)?;
    if state == SubmissionState::Accepted {
        return authz::require(actor, Action::ReadDatanet, false);
    }
    let through = !matches!(state, SubmissionState::Checking | SubmissionState::Refused);
    let sees_all = through || actor.has(Role::Operator);
    let owned = is_own(actor, row) || (through && datanet::owns(actor, datanet));
    if !authz::allows(actor, Action::ReadSubmission, owned) && was_public(row)? {
        return Err(gone(row, state));
    }
    if owned || sees_all {
        return authz::require(actor, Action::ReadSubmission, owned);
    }
    actor.need_account()?;
    Err(Problem::forbidden(
        "The gate has not let this submission through, so only its contributor may read it.",
        "Everybody may read it once it is accepted.",
    ))
}
