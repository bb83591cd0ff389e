//! Who may decide on what.

use crate::app::Actor;
use crate::authz::{self, Action};
use crate::datanet;
use karat_store::entity;
use karat_types::id::ContributorId;
use karat_types::{Problem, SubmissionState};

/// The datanet's owner and everybody with the role *reviewer* look at its queue.
pub(super) fn may_review(actor: &Actor, datanet: &entity::datanet::Model) -> Result<(), Problem> {
    authz::require(actor, Action::Review, datanet::owns(actor, datanet))
}

/// Nobody decides on their own, not even the owner.
pub(super) fn not_own(actor: &Actor, row: &entity::submission::Model) -> Result<(), Problem> {
    if actor.contributor != Some(ContributorId(row.contributor_id)) {
        return Ok(());
    }
    Err(Problem::forbidden(
        "This submission is your own, and nobody decides on their own.",
        "Somebody else must: ask the operator to give the role *reviewer* to a person you trust.",
    ))
}

/// Only what waits for a person can be decided.
pub(super) fn is_waiting(state: SubmissionState) -> Result<(), Problem> {
    use SubmissionState::*;
    let (detail, hint) = match state {
        Held | InReview => return Ok(()),
        Checking | Passed => ("The gate is not done with this submission.", "Try again in a moment."),
        Refused => {
            ("The gate refused this submission, so there is nothing to decide.", "Go on with the next one.")
        }
        Withdrawn => ("Its contributor has withdrawn this submission.", "Go on with the next one."),
        Accepted | Rejected | Voided => {
            ("This submission is decided already.", "Go on with the next one; a decision stands.")
        }
    };
    Err(Problem::conflict("already_decided", detail, hint))
}
