//! A reviewer's word, and taking it back.

use super::decide_job;
use super::make_final::{Ruling, make_final};
use super::rights::{is_waiting, may_review, not_own};
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::submission;
use crate::view::review::{DecisionForm, PendingDecision};
use crate::words::{to_json, word};
use karat_store::{Tx, entity, query};
use karat_types::id::SubmissionId;
use karat_types::{Micros, Outcome, Problem, RejectReason};

const MAX_NOTE_CHARS: usize = 1_000;

/// Decides on a submission. The decision can be undone until `final_at`; then it stands.
pub async fn decide(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    form: DecisionForm,
) -> Result<PendingDecision, Problem> {
    let form = clean(form)?;
    let tx = app.store.begin().await?;
    let (datanet, row) = lock(&tx, id).await?;
    may_review(actor, &datanet)?;
    let account = actor.need_account()?;
    not_own(actor, &row)?;
    is_waiting(word(&row.state)?)?;
    submission::check_set_aside(&row)?;
    let now = app.clock.now();
    let final_at = now.plus_seconds(app.settings.undo_seconds.max(0));
    let pending = entity::pending_decision::Model {
        submission_id: id.0,
        outcome: form.outcome.to_string(),
        reasons: to_json(&form.reasons)?,
        note: form.note.clone(),
        account_id: account.0,
        created_at: now.0,
        final_at: final_at.0,
    };
    if !query::decision::insert_pending(&tx, pending).await? {
        return Err(Problem::conflict(
            "decision_pending",
            "Somebody has just decided on this submission; it can still be undone by them.",
            "Go on with the next one.",
        ));
    }
    if app.settings.undo_seconds > 0 {
        decide_job::enqueue(&tx, id, now, final_at).await?;
    } else {
        query::decision::delete_pending(&tx, id.0).await?;
        make_final(app, &tx, &datanet, row, Ruling::of_person(&form, account)).await?;
    }
    tx.commit().await?;
    Ok(PendingDecision { submission: id, outcome: form.outcome, final_at })
}

/// Takes one's own decision back while that is possible.
pub async fn undo(app: &App, actor: &Actor, id: SubmissionId) -> Result<(), Problem> {
    let account = actor.need_account()?;
    let tx = app.store.begin().await?;
    let Some(pending) = query::decision::lock_pending(&tx, id.0).await? else {
        let (datanet, _) = lock(&tx, id).await?;
        may_review(actor, &datanet)?;
        return Err(final_already(app.settings.undo_seconds));
    };
    authz::require(actor, Action::Review, pending.account_id == account.0)?;
    if pending.account_id != account.0 {
        return Err(Problem::forbidden(
            "This decision was made by somebody else.",
            "Only the person who made it can take it back.",
        ));
    }
    if app.clock.now() >= Micros(pending.final_at) {
        return Err(final_already(app.settings.undo_seconds));
    }
    query::decision::delete_pending(&tx, id.0).await?;
    tx.commit().await?;
    Ok(())
}

fn final_already(seconds: i64) -> Problem {
    Problem::conflict(
        "already_final",
        "There is no decision on this submission that can still be undone.",
        format!("A decision can be undone for {seconds} seconds; then it counts and stands."),
    )
}

/// Gives an item up: it is not offered to this reviewer again, and waits for others.
pub async fn cannot_judge(app: &App, actor: &Actor, id: SubmissionId) -> Result<(), Problem> {
    let tx = app.store.begin().await?;
    let (datanet, row) = lock(&tx, id).await?;
    may_review(actor, &datanet)?;
    let account = actor.need_account()?;
    not_own(actor, &row)?;
    is_waiting(word(&row.state)?)?;
    let row = entity::abstention::Model {
        submission_id: id.0,
        account_id: account.0,
        created_at: app.clock.now().0,
    };
    query::decision::abstain(&tx, row).await?;
    tx.commit().await?;
    Ok(())
}

/// The datanet first, then the submission, as everywhere.
pub(super) async fn lock(
    tx: &Tx,
    id: SubmissionId,
) -> Result<(entity::datanet::Model, entity::submission::Model), Problem> {
    let missing = || Problem::missing("submission", id);
    let seen = submission::load(tx, id).await?;
    let datanet = query::datanet::lock(tx, seen.datanet_id).await?.ok_or_else(missing)?;
    let row = query::submission::lock(tx, id.0).await?.ok_or_else(missing)?;
    Ok((datanet, row))
}

/// A rejection needs a reason, an acceptance has none.
fn clean(mut form: DecisionForm) -> Result<DecisionForm, Problem> {
    form.reasons.sort_unstable();
    form.reasons.dedup();
    if form.reasons.contains(&RejectReason::ScoreBelowThreshold) {
        return Err(Problem::bad(
            "reason_not_yours",
            "`score_below_threshold` is the reason of the automatic policy.",
            "Say what you found: `low_quality`, `off_topic`, …",
        ));
    }
    match form.outcome {
        Outcome::Accepted => form.reasons.clear(),
        Outcome::Rejected if form.reasons.is_empty() => {
            return Err(Problem::bad(
                "reasons_missing",
                "A rejection needs at least one reason.",
                "Choose what fits: its contributor can learn from it.",
            ));
        }
        Outcome::Rejected => {}
    }
    form.note = form.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    let note = form.note.as_deref().unwrap_or_default();
    if note.chars().count() > MAX_NOTE_CHARS || note.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return Err(Problem::bad(
            "bad_note",
            "The note may have 1,000 characters and no control characters.",
            "One or two sentences help most.",
        ));
    }
    Ok(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(outcome: Outcome, reasons: &[RejectReason]) -> DecisionForm {
        DecisionForm { outcome, reasons: reasons.to_vec(), note: Some("  ".into()) }
    }

    #[test]
    fn a_rejection_needs_a_reason_of_a_person() {
        use RejectReason::*;
        let code = |form| clean(form).unwrap_err().code;
        assert_eq!(code(form(Outcome::Rejected, &[])), "reasons_missing");
        assert_eq!(code(form(Outcome::Rejected, &[ScoreBelowThreshold])), "reason_not_yours");
        let long = DecisionForm { note: Some("x".repeat(1_001)), ..form(Outcome::Accepted, &[]) };
        assert_eq!(code(long), "bad_note");
        let rejected = clean(form(Outcome::Rejected, &[OffTopic, OffTopic])).unwrap();
        assert_eq!((rejected.reasons, rejected.note), (vec![OffTopic], None));
        assert!(clean(form(Outcome::Accepted, &[OffTopic])).unwrap().reasons.is_empty());
    }
}
