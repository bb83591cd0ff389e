//! Taking one's own submission back.

use super::{set_aside, state_words, transition, view};
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::submission::Submission;
use crate::words::word;
use karat_store::query;
use karat_types::id::{ContributorId, SubmissionId};
use karat_types::{Problem, SubmissionState};

/// Takes one's own submission back, but for the moment it is being checked: its content is
/// no longer shown, the releases that hold it are no longer handed out, and the next
/// release is made without it. Decisions that count, and standing, stay as they are; one
/// that could still be undone counts no more.
pub async fn withdraw(app: &App, actor: &Actor, id: SubmissionId) -> Result<Submission, Problem> {
    let tx = app.store.begin().await?;
    let seen = view::load(&tx, id).await?;
    let own = actor.contributor == Some(ContributorId(seen.contributor_id));
    authz::require(actor, Action::WithdrawSubmission, own)?;
    query::datanet::lock(&tx, seen.datanet_id).await?;
    let mut row =
        query::submission::lock(&tx, id.0).await?.ok_or_else(|| Problem::missing("submission", id))?;
    let state: SubmissionState = word(&row.state)?;
    explain(state)?;
    match row.set_aside.as_deref() {
        Some(set_aside::KNOWN_BAD) if state == SubmissionState::Held => return Err(operator_first()),
        // It is not read again either.
        _ => row.set_aside = None,
    }
    query::decision::delete_pending(&tx, id.0).await?;
    row.state = transition(state, &[SubmissionState::Withdrawn])?.to_string();
    query::submission::save_outcome(&tx, &row).await?;
    view::tell(&tx, &row)?;
    crate::release::taken_back(app, &tx, &row, "withdrawn").await?;
    tx.commit().await?;
    let mut all = view::told(app.store.db(), vec![row]).await?;
    all.pop().ok_or_else(|| Problem::missing("submission", id))
}

/// Says why a submission cannot be taken back, where the state machine has no such move.
fn explain(state: SubmissionState) -> Result<(), Problem> {
    use SubmissionState::*;
    let (code, hint) = match state {
        Accepted | Rejected | Held | InReview => return Ok(()),
        Checking | Passed => ("still_moving", "The check takes a moment. Then you can withdraw it."),
        Refused => ("nothing_to_withdraw", "Nothing to do: a refused file costs nothing and counts nowhere."),
        Voided | Withdrawn => ("nothing_to_withdraw", "Nothing to do: it is in no further release."),
    };
    Err(Problem::conflict(code, format!("This submission is {}.", state_words(state)), hint))
}

/// What is on the operator's list does not vanish before they have seen it.
fn operator_first() -> Problem {
    Problem::conflict(
        "set_aside",
        "This submission waits for the operator.",
        "Wait until the operator has looked at it; then you can withdraw it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_explained_away_may_be_withdrawn() {
        for state in SubmissionState::ALL {
            assert_eq!(explain(*state).is_ok(), state.may_become(SubmissionState::Withdrawn), "{state}");
        }
    }
}
