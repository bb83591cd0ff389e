//! First come, first credited: which submission owns which content in a datanet.

use crate::words::word;
use karat_gate::near::{Judged, Key, Seen, judge, shortlist};
use karat_gate::{Prints, known};
use karat_store::query::claim::{self, EXACT, NORMAL};
use karat_store::query::near::{self, Candidate, Scope};
use karat_store::{Conn, Tx, entity, query};
use karat_types::finding::{Nearest, Verdict};
use karat_types::{Class, Finding, Modality, Problem, SubmissionState};
use uuid::Uuid;

/// What is said of a first copy that may not be seen.
const HIDDEN: &str = "a submission that is not public";

/// What a content is recognised by.
pub(super) struct Content {
    pub(super) modality: Modality,
    /// SHA-256 of the bytes.
    pub(super) exact: String,
    pub(super) prints: Prints,
}

impl Content {
    /// The identity of the text; other contents have none.
    pub(super) fn normal(&self) -> Option<String> {
        self.prints.normal.map(|hash| hash.hex())
    }
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

/// The verdict once the content was compared with what is there.
pub(super) struct Joined {
    pub(super) verdict: Verdict,
    /// Clusters of the contents that are the same or much alike.
    clusters: Vec<Uuid>,
    /// Whether all that speaks against it is another's copy.
    only_a_copy: bool,
}

/// The verdict with the checks A4 and T13 (I9, S9).
pub(super) async fn join(
    conn: &impl Conn,
    offer: Offer,
    verdict: Verdict,
    content: &Content,
) -> Result<Joined, Problem> {
    let sound = !verdict.findings.iter().any(|finding| finding.class == Class::Refuse);
    let (door, judged, clusters) = match find(conn, offer, content).await? {
        Some(copy) => copy.split(),
        None => {
            let (judged, clusters) = compare(conn, offer, content).await?;
            (None, judged, clusters)
        }
    };
    let own = judged.nearest.as_ref().is_some_and(|nearest| nearest.own);
    let verdict = karat_gate::join(verdict, "A4", door.into_iter().collect());
    let verdict = karat_gate::join_near(verdict, content.modality, judged);
    Ok(Joined { verdict, clusters, only_a_copy: sound && !own })
}

/// The same content, there already.
struct Copy {
    finding: Finding,
    /// Whether check A4 says it, and not T13.
    door: bool,
    nearest: Nearest,
    cluster: Uuid,
}

impl Copy {
    fn own(first: Uuid, cluster: Uuid) -> Self {
        let name = first.to_string();
        Self { finding: known::already_yours(&name), door: true, nearest: same(Some(name), true), cluster }
    }

    /// Names the first copy only where everybody may see it.
    fn of(first: &entity::submission::Model, state: SubmissionState, exact: bool) -> Self {
        let shown = (state == SubmissionState::Accepted).then(|| first.id.to_string());
        let name = shown.as_deref().unwrap_or(HIDDEN);
        let mut finding =
            if exact { known::duplicate_exact(name) } else { known::duplicate_normalised(name) };
        if shown.is_none() {
            finding.evidence = None;
        }
        let cluster = first.cluster_id.unwrap_or(first.id);
        Self { finding, door: exact, nearest: same(shown, false), cluster }
    }

    fn split(self) -> (Option<Finding>, Judged, Vec<Uuid>) {
        let (door, near) = if self.door { (Some(self.finding), None) } else { (None, Some(self.finding)) };
        let judged =
            Judged { findings: near.into_iter().collect(), nearest: Some(self.nearest), ..Judged::default() };
        (door, judged, vec![self.cluster])
    }
}

const fn same(id: Option<String>, own: bool) -> Nearest {
    Nearest { id, likeness: 1000, contained: 1000, own }
}

/// The finding of check A4 (same bytes, or one's own copy) or of T13 (same text).
async fn find(conn: &impl Conn, offer: Offer, content: &Content) -> Result<Option<Copy>, Problem> {
    let normal = content.normal();
    let normal = normal.as_deref();
    let holders = claim::holders(conn, offer.datanet, &content.exact, normal).await?;
    for (claim, first) in &holders {
        // A job that runs twice meets its own claim.
        if first.id == offer.submission {
            continue;
        }
        if first.contributor_id == offer.contributor {
            return Ok(Some(Copy::own(first.id, first.cluster_id.unwrap_or(first.id))));
        }
        let state: SubmissionState = word(&first.state)?;
        if matches!(state, SubmissionState::Withdrawn | SubmissionState::Voided) {
            // Given up by its first contributor, so free for others; but nobody gets
            // credit for the same content twice by taking it back in between.
            let own =
                query::submission::own_copy(conn, offer.datanet, offer.contributor, &content.exact, normal);
            match own.await?.filter(|own| *own != offer.submission) {
                Some(own) => return Ok(Some(Copy::own(own, own))),
                None => continue,
            }
        }
        return Ok(Some(Copy::of(first, state, claim.kind == EXACT)));
    }
    Ok(None)
}

/// What is nearly the same, and the clusters it is of.
async fn compare(conn: &impl Conn, offer: Offer, content: &Content) -> Result<(Judged, Vec<Uuid>), Problem> {
    let scope = Scope { datanet: offer.datanet, contributor: offer.contributor, except: offer.submission };
    let keys = stored(content.prints.seeks());
    let hits = near::hits(conn, scope, &keys).await?;
    let number = |n: i64| u64::try_from(n).unwrap_or(0);
    let hits = hits
        .into_iter()
        .map(|(id, band, found)| (id, u16::try_from(band).unwrap_or(u16::MAX), number(found)));
    let likely = near::candidates(conn, &shortlist(hits)).await?;
    let mut others = Vec::with_capacity(likely.len());
    for candidate in &likely {
        others.push(seen(offer, candidate)?);
    }
    let judged = judge(&content.prints, content.modality, &others);
    let clusters = judged.cluster.iter().filter_map(|n| Some(likely.get(*n)?.cluster)).collect();
    Ok((judged, clusters))
}

fn seen(offer: Offer, candidate: &Candidate) -> Result<(Seen, Prints), Problem> {
    let own = candidate.contributor == offer.contributor;
    let shown = own || candidate.state == SubmissionState::Accepted.as_str();
    let prints = Prints::from_bytes(&candidate.prints)
        .map_err(|error| Problem::internal(format!("Submission {}: {error}.", candidate.submission)))?;
    Ok((Seen { id: candidate.submission.to_string(), own, shown }, prints))
}

/// Keys as the database has them.
fn stored(keys: Vec<Key>) -> Vec<(i32, i64)> {
    keys.into_iter().map(|key| (i32::from(key.band), key.hash)).collect()
}

impl Joined {
    /// Which cluster the submission is of: that of its earliest commitment. Clusters that
    /// it joins together become one. A copy that was refused because a later commitment
    /// was faster through the gate takes the cluster over: it was first.
    pub(super) async fn cluster(
        &self,
        tx: &Tx,
        row: &entity::submission::Model,
    ) -> Result<Option<Uuid>, Problem> {
        let refused = self.verdict.outcome == karat_types::GateOutcome::Refused;
        let first = self.clusters.iter().copied().chain([row.id]).min().unwrap_or(row.id);
        if refused && !(self.only_a_copy && first == row.id) {
            return Ok(None);
        }
        let later: Vec<Uuid> = self.clusters.iter().copied().filter(|cluster| *cluster != first).collect();
        if !later.is_empty() {
            near::merge(tx, row.datanet_id, &later, first).await?;
        }
        Ok(Some(first))
    }
}

/// Makes the submission the owner of its content, and findable for those who come later.
pub(super) async fn claim(
    tx: &Tx,
    row: &entity::submission::Model,
    content: &Content,
) -> Result<(), Problem> {
    let normal = content.normal();
    let mut clusters = vec![(EXACT, content.exact.as_str())];
    clusters.extend(normal.as_deref().map(|hash| (NORMAL, hash)));
    claim::take(tx, row.datanet_id, &clusters, row.id).await?;
    let keys = stored(content.prints.keys());
    near::remember(tx, row.datanet_id, row.id, content.prints.to_bytes(), &keys).await?;
    Ok(())
}
