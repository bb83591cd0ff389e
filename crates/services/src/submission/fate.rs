//! What became of a submission, as far as it matters to copies of it that come later.

use crate::words::{json, word};
use karat_gate::near::Fate;
use karat_store::entity;
use karat_types::{Micros, Problem, RejectReason, SubmissionState};

/// Where an earlier submission ended up.
pub(super) struct Became {
    state: SubmissionState,
    decided_at: Option<Micros>,
    reasons: Vec<RejectReason>,
}

impl Became {
    pub(super) fn of_row(row: &entity::submission::Model) -> Result<Self, Problem> {
        Self::of(&row.state, row.decided_at, row.reasons.as_deref())
    }

    pub(super) fn of(state: &str, decided_at: Option<i64>, reasons: Option<&str>) -> Result<Self, Problem> {
        Ok(Self {
            state: word(state)?,
            decided_at: decided_at.map(Micros),
            reasons: reasons.map(json).transpose()?.unwrap_or_default(),
        })
    }

    /// Nobody has decided on it, and its contributor may still withdraw it.
    pub(super) fn waits(&self) -> bool {
        matches!(self.state, SubmissionState::Held | SubmissionState::Passed | SubmissionState::InReview)
    }

    /// It counted as accepted before its contributor took it back. A rejection always has
    /// reasons, an acceptance has none.
    fn was_accepted(&self) -> bool {
        self.state == SubmissionState::Withdrawn && self.decided_at.is_some() && self.reasons.is_empty()
    }

    /// How much it weighs for a content that is like it; `own` = of the same contributor.
    pub(super) fn fate(&self, own: bool) -> Fate {
        use SubmissionState::*;
        match self.state {
            Rejected if own => Fate::Past(self.rejected()),
            // Its acceptance counted: another one for nearly the same needs a person.
            Withdrawn if own && self.was_accepted() => Fate::Freed,
            Withdrawn if own && self.decided_at.is_some() => Fate::Past(self.rejected() + ", then withdrawn"),
            Withdrawn if own => Fate::Past("withdrawn".to_owned()),
            Held | Passed | InReview if own => Fate::Waits,
            Rejected if self.reasons.iter().any(|reason| reason.frees()) => Fate::Freed,
            _ => Fate::Stands,
        }
    }

    /// Whether its contributor may send the very same content once more: where it was
    /// taken back undecided, and where only the declaration was wrong.
    pub(super) fn same_may_come_again(&self) -> bool {
        let decided = self.decided_at.is_some();
        let licence =
            !self.reasons.is_empty() && self.reasons.iter().all(|r| *r == RejectReason::WrongLicence);
        match self.state {
            SubmissionState::Withdrawn => !decided || licence,
            SubmissionState::Rejected => licence,
            _ => false,
        }
    }

    fn rejected(&self) -> String {
        let day = self.decided_at.map(|at| at.to_string()).unwrap_or_default();
        format!("rejected on {}", day.get(..10).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 November 2026.
    const DAY: Option<i64> = Some(1_795_132_800_000_000);

    fn became(state: &str, decided: Option<i64>, reasons: &str) -> Became {
        Became::of(state, decided, Some(reasons)).unwrap()
    }

    #[test]
    fn ones_own_stands_in_no_way_once_it_is_rejected_or_withdrawn() {
        let rejected = Fate::Past("rejected on 2026-11-20".into());
        assert_eq!(became("rejected", DAY, "[\"low_quality\"]").fate(true), rejected);
        let both = Fate::Past("rejected on 2026-11-20, then withdrawn".into());
        assert_eq!(became("withdrawn", DAY, "[\"low_quality\"]").fate(true), both);
        assert_eq!(became("withdrawn", None, "[]").fate(true), Fate::Past("withdrawn".into()));
        assert_eq!(became("withdrawn", DAY, "[]").fate(true), Fate::Freed);
        for state in ["held", "in_review"] {
            assert_eq!(became(state, None, "[]").fate(true), Fate::Waits);
            assert_eq!(became(state, None, "[]").fate(false), Fate::Stands);
        }
        assert_eq!(became("accepted", DAY, "[]").fate(true), Fate::Stands);
        assert_eq!(became("voided", DAY, "[]").fate(true), Fate::Stands);
    }

    #[test]
    fn what_was_not_its_senders_to_give_is_free_for_others() {
        let freeing = ["not_original", "private_data", "wrong_licence"];
        for reason in RejectReason::ALL {
            let fate = became("rejected", DAY, &format!("[\"{reason}\"]")).fate(false);
            let freed = freeing.contains(&reason.as_str());
            assert_eq!(fate == Fate::Freed, freed, "{reason}");
            assert_eq!(karat_store::query::near::frees(&format!("[\"{reason}\"]")), freed, "{reason}");
        }
    }

    #[test]
    fn the_very_same_comes_again_only_when_the_declaration_was_wrong() {
        let again = |state, decided, reasons| became(state, decided, reasons).same_may_come_again();
        assert!(again("withdrawn", None, "[]"));
        for state in ["rejected", "withdrawn"] {
            assert!(again(state, DAY, "[\"wrong_licence\"]"));
            assert!(!again(state, DAY, "[\"wrong_licence\",\"low_quality\"]"));
            assert!(!again(state, DAY, "[\"private_data\"]"));
        }
        assert!(!again("withdrawn", DAY, "[]"), "it was accepted, and counted");
        for state in ["accepted", "held", "in_review", "voided"] {
            assert!(!again(state, None, "[]"), "{state}");
        }
    }
}
