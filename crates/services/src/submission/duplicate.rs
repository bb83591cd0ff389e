//! First come, first credited: which submission owns which content in a datanet.

use super::fate::Became;
use crate::words::word;
use karat_gate::near::{Judged, Key, Seen, equals, judge, measure, shortlist, withdraw_first};
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
        Found::Copy(copy) => copy.split(),
        Found::Free(free) => {
            let (judged, clusters) = compare(conn, offer, content).await?;
            let (judged, clusters) = with_free(judged, clusters, free);
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

/// What looking for the same content found.
enum Found {
    /// A copy, to be refused.
    Copy(Box<Copy>),
    /// None, or only what does not stand: findings that hold or tell, and their clusters.
    Free(Vec<(Finding, Uuid)>),
}

impl Copy {
    fn own(first: &entity::submission::Model, waits: bool) -> Self {
        let name = first.id.to_string();
        let finding = known::already_yours(&name);
        let finding = if waits { withdraw_first(finding) } else { finding };
        let cluster = first.cluster_id.unwrap_or(first.id);
        Self { finding, door: true, nearest: same(Some(name), true), cluster }
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
async fn find(conn: &impl Conn, offer: Offer, content: &Content) -> Result<Found, Problem> {
    let normal = content.normal();
    let normal = normal.as_deref();
    let mut free = Vec::new();
    let holders = claim::holders(conn, offer.datanet, &content.exact, normal).await?;
    if holders.is_empty() {
        return Ok(Found::Free(free));
    }
    // One's own first: the claim may be another's by now, and nobody gets credit for the
    // same content twice by taking it back in between.
    let (datanet, who) = (offer.datanet, offer.contributor);
    let own = query::submission::own_copies(conn, datanet, who, &content.exact, normal).await?;
    // A job that runs twice meets its own claim.
    for first in own.iter().filter(|first| first.id != offer.submission) {
        let became = Became::of_row(first)?;
        if !became.same_may_come_again() {
            return Ok(Found::Copy(Box::new(Copy::own(first, became.waits()))));
        }
        free.extend(equal(content.modality, first, true)?);
    }
    for (claim, first) in holders.iter().filter(|(_, first)| first.contributor_id != who) {
        let state: SubmissionState = word(&first.state)?;
        // Given up by its first contributor, so free for others.
        if matches!(state, SubmissionState::Withdrawn | SubmissionState::Voided) {
            continue;
        }
        let finding = equal(content.modality, first, false)?;
        if finding.is_none() {
            return Ok(Found::Copy(Box::new(Copy::of(first, state, claim.kind == EXACT))));
        }
        free.extend(finding);
    }
    Ok(Found::Free(free))
}

/// What is said of a content that equals an earlier one which does not stand.
fn equal(
    modality: Modality,
    first: &entity::submission::Model,
    own: bool,
) -> Result<Option<(Finding, Uuid)>, Problem> {
    let seen = Seen { id: first.id.to_string(), own, shown: own, fate: Became::of_row(first)?.fate(own) };
    Ok(equals(modality, &seen).map(|finding| (finding, first.cluster_id.unwrap_or(first.id))))
}

/// What comparing gave, with what equals the content and does not stand; each is told once.
fn with_free(mut judged: Judged, mut clusters: Vec<Uuid>, free: Vec<(Finding, Uuid)>) -> (Judged, Vec<Uuid>) {
    for (finding, cluster) in free {
        if judged.findings.iter().all(|told| told.code != finding.code) {
            judged.findings.push(finding);
        }
        clusters.push(cluster);
    }
    (judged, clusters)
}

/// What is nearly the same, and the clusters it is of.
async fn compare(conn: &impl Conn, offer: Offer, content: &Content) -> Result<(Judged, Vec<Uuid>), Problem> {
    let likely = likely(conn, offer, &content.prints).await?;
    let mut others = Vec::with_capacity(likely.len());
    for candidate in &likely {
        others.push(seen(offer, candidate)?);
    }
    let judged = judge(&content.prints, content.modality, &others);
    let clusters = judged.cluster.iter().filter_map(|n| Some(likely.get(*n)?.cluster)).collect();
    Ok((judged, clusters))
}

/// The contents worth comparing with these prints.
async fn likely(conn: &impl Conn, offer: Offer, prints: &Prints) -> Result<Vec<Candidate>, Problem> {
    let scope = Scope { datanet: offer.datanet, contributor: offer.contributor, except: offer.submission };
    let keys = stored(prints.seeks());
    let hits = near::hits(conn, scope, &keys).await?;
    let number = |n: i64| u64::try_from(n).unwrap_or(0);
    let hits = hits
        .into_iter()
        .map(|(id, band, found)| (id, u16::try_from(band).unwrap_or(u16::MAX), number(found)));
    Ok(near::candidates(conn, &shortlist(hits)).await?)
}

/// The earlier submission a verdict measured without naming it: the one that is exactly as
/// alike, and of which as much stands here.
pub(super) async fn measured_one(
    conn: &impl Conn,
    row: &entity::submission::Model,
    modality: Modality,
    (likeness, contained): (u32, Option<u32>),
) -> Result<Option<Uuid>, Problem> {
    let Some(own) = near::candidates(conn, &[row.id]).await?.pop() else { return Ok(None) };
    let own = read(&own)?;
    for candidate in likely(conn, Offer::of(row), &own).await? {
        let found = measure(&own, &read(&candidate)?, modality);
        if found.is_some_and(|(l, c)| l == likeness && contained.is_none_or(|most| c == most)) {
            return Ok(Some(candidate.submission));
        }
    }
    Ok(None)
}

fn read(candidate: &Candidate) -> Result<Prints, Problem> {
    Prints::from_bytes(&candidate.prints)
        .map_err(|error| Problem::internal(format!("Submission {}: {error}.", candidate.submission)))
}

fn seen(offer: Offer, candidate: &Candidate) -> Result<(Seen, Prints), Problem> {
    let own = candidate.contributor == offer.contributor;
    let shown = own || candidate.state == SubmissionState::Accepted.as_str();
    let prints = read(candidate)?;
    let became = Became::of(&candidate.state, candidate.decided_at, candidate.reasons.as_deref())?;
    Ok((Seen { id: candidate.submission.to_string(), own, shown, fate: became.fate(own) }, prints))
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
