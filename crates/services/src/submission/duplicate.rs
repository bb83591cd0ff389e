//! First come, first credited: which submission owns which content in a datanet.

use crate::words::word;
use karat_gate::known;
use karat_store::query::claim::{self, EXACT, NORMAL};
use karat_store::{Conn, Tx, entity, query};
use karat_types::finding::Verdict;
use karat_types::{Finding, Problem, SubmissionState};
use uuid::Uuid;

/// What is said of a first copy that may not be seen.
const HIDDEN: &str = "a submission that is not public";

/// The two identities of a content.
pub(super) struct Hashes {
    pub(super) exact: String,
    /// Only texts have one.
    pub(super) normal: Option<String>,
}

/// Who offers a content where.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    pub(super) datanet: Uuid,
    pub(super) contributor: Uuid,
    /// The submission itself; nil when there is none yet.
    pub(super) submission: Uuid,
}

impl Offer {
    pub(super) fn of(row: &entity::submission::Model) -> Self {
        Self { datanet: row.datanet_id, contributor: row.contributor_id, submission: row.id }
    }
}

/// The verdict with the checks A4 and T13.
pub(super) async fn join(
    conn: &impl Conn,
    offer: Offer,
    verdict: Verdict,
    hashes: &Hashes,
) -> Result<Verdict, Problem> {
    let (exact, normal) = find(conn, offer, hashes).await?;
    let verdict = karat_gate::join(verdict, "A4", exact.into_iter().collect());
    Ok(karat_gate::join(verdict, "T13", normal.into_iter().collect()))
}

/// The finding of check A4 (same bytes, or one's own copy) or of T13 (same text).
async fn find(
    conn: &impl Conn,
    offer: Offer,
    hashes: &Hashes,
) -> Result<(Option<Finding>, Option<Finding>), Problem> {
    let normal = hashes.normal.as_deref();
    let holders = claim::holders(conn, offer.datanet, &hashes.exact, normal).await?;
    for (claim, first) in &holders {
        // A job that runs twice meets its own claim.
        if first.id == offer.submission {
            continue;
        }
        if first.contributor_id == offer.contributor {
            return Ok((Some(known::already_yours(&first.id.to_string())), None));
        }
        let state: SubmissionState = word(&first.state)?;
        if matches!(state, SubmissionState::Withdrawn | SubmissionState::Voided) {
            // Given up by its first contributor, so free for others; but nobody gets
            // credit for the same content twice by taking it back in between.
            let own =
                query::submission::own_copy(conn, offer.datanet, offer.contributor, &hashes.exact, normal);
            match own.await?.filter(|own| *own != offer.submission) {
                Some(own) => return Ok((Some(known::already_yours(&own.to_string())), None)),
                None => continue,
            }
        }
        let exact = claim.kind == EXACT;
        let finding = copy_of(first, state, exact);
        return Ok(if exact { (Some(finding), None) } else { (None, Some(finding)) });
    }
    Ok((None, None))
}

/// Names the first copy only where everybody may see it.
fn copy_of(first: &entity::submission::Model, state: SubmissionState, exact: bool) -> Finding {
    let visible = state == SubmissionState::Accepted;
    let name = if visible { first.id.to_string() } else { HIDDEN.to_owned() };
    let mut finding = if exact { known::duplicate_exact(&name) } else { known::duplicate_normalised(&name) };
    if !visible {
        finding.evidence = None;
    }
    finding
}

/// Makes the submission the owner of its content.
pub(super) async fn claim(tx: &Tx, row: &entity::submission::Model, hashes: &Hashes) -> Result<(), Problem> {
    let mut clusters = vec![(EXACT, hashes.exact.as_str())];
    clusters.extend(hashes.normal.as_deref().map(|hash| (NORMAL, hash)));
    claim::take(tx, row.datanet_id, &clusters, row.id).await?;
    Ok(())
}
