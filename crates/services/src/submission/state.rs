//! The one place where a submission's state moves.

use karat_types::{Problem, SubmissionState};

/// The state after walking `steps` from `from`; a step the state machine does not have
/// is refused and nothing is walked.
pub(crate) fn transition(
    from: SubmissionState,
    steps: &[SubmissionState],
) -> Result<SubmissionState, Problem> {
    let mut state = from;
    for &next in steps {
        if !state.may_become(next) {
            return Err(refused(from, next));
        }
        state = next;
    }
    Ok(state)
}

fn refused(from: SubmissionState, to: SubmissionState) -> Problem {
    Problem::conflict(
        "wrong_state",
        format!("A submission that is {} cannot become {}.", words(from), words(to)),
        "Reload it: it may have moved on since you looked.",
    )
}

/// The state as people say it.
pub(crate) fn words(state: SubmissionState) -> &'static str {
    match state {
        SubmissionState::Checking => "being checked",
        SubmissionState::InReview => "in review",
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SubmissionState::*;

    #[test]
    fn only_the_moves_of_the_table_are_walked() {
        assert_eq!(transition(Checking, &[Passed, InReview, Accepted]).unwrap(), Accepted);
        assert_eq!(transition(Held, &[InReview, Rejected]).unwrap(), Rejected);
        for from in SubmissionState::ALL {
            for to in SubmissionState::ALL {
                let walked = transition(*from, &[*to]);
                assert_eq!(walked.is_ok(), from.may_become(*to), "{from} to {to}");
            }
        }
        assert_eq!(transition(Checking, &[Accepted]).unwrap_err().code, "wrong_state");
    }
}
