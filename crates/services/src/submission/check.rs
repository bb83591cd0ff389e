//! The job `check`: the gate judges, and one transaction makes it so.
//!
//! The gate runs outside any transaction, on the bytes alone. Then everything that
//! depends on the moment happens under the datanet's row lock: who was first with this
//! content, the state, the place in the day's limits, the decision of the automatic
//! policy, and the end of the job. A worker that dies before the commit leaves nothing;
//! one that comes again afterwards finds the submission moved on and only ends its job.

use super::duplicate::{self, Content, Offer};
use super::purpose::Purpose;
use super::{derived, quota, set_aside, transition, trust, view};
use crate::app::App;
use crate::review::{self, Ruling};
use crate::scan;
use crate::words::{hash, json, to_json, word};
use bytes::Bytes;
use karat_gate::{Declared, Derived, Input, Profile, Rules, outside};
use karat_store::query::job::ClaimedJob;
use karat_store::{Tx, entity, query};
use karat_types::finding::Verdict;
use karat_types::id::SubmissionId;
use karat_types::{GateOutcome, Modality, Problem, ReviewPolicy, SubmissionState};
use serde::{Deserialize, Serialize};

/// What the job is called.
pub(crate) const KIND: &str = "check";
/// The queue it waits in.
pub(super) const QUEUE: &str = "check";

/// What the job is told.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) submission: SubmissionId,
    /// How often a reader has failed on it before.
    #[serde(default)]
    pub(super) again: u32,
}

/// Checks one submission.
pub(crate) async fn run(app: &App, job: &ClaimedJob) -> Result<(), Problem> {
    let Payload { submission, again } = job.payload()?;
    let seen = query::submission::get(app.store.db(), submission.0).await?.filter(is_open);
    let judged = match &seen {
        Some(row) => {
            let mut judged = judge(app, row).await?;
            let files = derived::keep(app, std::mem::take(&mut judged.derived)).await?;
            trust::keep(app, &judged.rules).await?;
            Some((judged, files))
        }
        None => None,
    };
    let tx = app.store.begin().await?;
    if let (Some(seen), Some((judged, files))) = (seen, judged) {
        derived::save(&tx, seen.id, files).await?;
        settle(app, &tx, &seen, (judged, again)).await?;
    }
    query::job::complete(&tx, job.id, job.attempt).await?;
    tx.commit().await?;
    Ok(())
}

fn is_open(row: &entity::submission::Model) -> bool {
    row.state == SubmissionState::Checking.as_str()
        // Held, but nobody has read it: it may still become anything.
        || row.set_aside.as_deref() == Some(set_aside::READER_FAILED)
}

/// What the bytes alone say.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) content: Content,
    pub(super) derived: Vec<Derived>,
    pub(super) rules: Rules,
    is_listed: Option<bool>,
}

pub(super) async fn judge(app: &App, row: &entity::submission::Model) -> Result<Judged, Problem> {
    let datanet = crate::datanet::load(app.store.db(), row.datanet_id.into()).await?;
    let bytes = app.store.blobs().get(hash(&row.content_hash)?).await?;
    let declared = Declared {
        licence: Some(row.licence.clone()),
        origin: Some(word(&row.origin)?),
        source_type: Some(word(&row.source_type)?),
    };
    let rules = Rules { transcript: row.transcript.clone(), ..rules(app, &datanet, declared)? };
    through_gate(app, &datanet, row.file_name.clone(), bytes, rules).await
}

/// What the operator, the datanet and the declaration ask of a file.
pub(super) fn rules(
    app: &App,
    datanet: &entity::datanet::Model,
    declared: Declared,
) -> Result<Rules, Problem> {
    let modality = word(&datanet.modality)?;
    // Texts carry no Content Credentials that are read.
    let anchors = app.trust_anchors.as_deref().filter(|_| modality != Modality::Text);
    Ok(Rules {
        trust_anchors: anchors.map(str::to_owned),
        profile: Profile::named(&datanet.profile, modality),
        declared: Some(declared),
        licences: json(&datanet.licences)?,
        language: datanet.language.clone(),
        human_only: datanet.human_only,
        ..Rules::of(modality)
    })
}

/// Runs the gate on a thread where it may take its time.
pub(super) async fn through_gate(
    app: &App,
    datanet: &entity::datanet::Model,
    name: String,
    bytes: Bytes,
    rules: Rules,
) -> Result<Judged, Problem> {
    let purpose = Purpose::of(app.store.db(), datanet).await?;
    let (examiner, scanner, list) = (app.examiner.clone(), app.scanner.clone(), app.blocklist.clone());
    let sets = app.eval_sets.clone();
    let work = move || {
        let examined = examiner.examine(&Input { name: &name, bytes: &bytes, rules: rules.clone() });
        let exact = karat_gate::content_hash(&bytes);
        let is_listed = list.map(|list| list.has(&exact, &examined.prints));
        let text = examined.text(&bytes);
        let verdict = karat_gate::join_leaks(examined.verdict.clone(), &sets, text.as_deref());
        let verdict = if rules.modality == Modality::Text && sets.is_empty() {
            karat_gate::not_run(verdict, "T14", "this server keeps no evaluation sets to compare with")
        } else {
            verdict
        };
        let verdict = scan::judge(scanner.as_deref(), verdict, &bytes);
        let verdict = match &purpose {
            Some(purpose) => purpose.judge(verdict, &examined, text.as_deref()),
            None => verdict,
        };
        let content = Content { modality: rules.modality, exact: exact.hex(), prints: examined.prints };
        Judged { verdict, content, derived: examined.derived, rules, is_listed }
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Problem::internal(format!("The gate stopped while reading the file: {error}.")))
}

/// Everything that depends on the moment, in one transaction.
async fn settle(
    app: &App,
    tx: &Tx,
    seen: &entity::submission::Model,
    (judged, again): (Judged, u32),
) -> Result<(), Problem> {
    // The datanet first: whoever else settles a copy of this content waits here.
    let datanet = query::datanet::lock(tx, seen.datanet_id)
        .await?
        .ok_or_else(|| Problem::missing("datanet", seen.datanet_id))?;
    let Some(mut row) = query::submission::lock(tx, seen.id).await?.filter(is_open) else { return Ok(()) };
    // The limits were counted at the door.
    let verdict = karat_gate::join(judged.verdict, "A1", Vec::new());
    let joined = duplicate::join(tx, Offer::of(&row), verdict, &judged.content).await?;
    row.cluster_id = joined.cluster(tx, &row).await?;
    let verdict = match judged.is_listed {
        Some(listed) => {
            karat_gate::join(joined.verdict, "A11", listed.then(outside::known_bad).into_iter().collect())
        }
        None => joined.verdict,
    };
    note_verdict(app, &mut row, &verdict, &judged.content)?;
    row.rules = Some(to_json(&trust::by_name(judged.rules))?);
    row.set_aside = set_aside::why(&verdict).map(str::to_owned);
    let next = match verdict.outcome {
        GateOutcome::Refused => SubmissionState::Refused,
        GateOutcome::Held => SubmissionState::Held,
        GateOutcome::Passed => SubmissionState::Passed,
    };
    row.state = transition(SubmissionState::Checking, &[next])?.to_string();
    if next == SubmissionState::Refused {
        quota::give_back(tx, &row).await?;
        // It may have been held before, when it could not be read.
        query::claim::release(tx, row.id).await?;
    } else {
        duplicate::claim(tx, &row, &judged.content).await?;
    }
    if next == SubmissionState::Passed {
        return after_passing(app, tx, &datanet, row, &verdict).await;
    }
    query::submission::save_outcome(tx, &row).await?;
    set_aside::note(tx, &row, again, app.now()).await?;
    view::tell(tx, &row)
}

fn note_verdict(
    app: &App,
    row: &mut entity::submission::Model,
    verdict: &Verdict,
    content: &Content,
) -> Result<(), Problem> {
    let int = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    row.verdict = Some(to_json(verdict)?);
    row.score = verdict.score.map(int);
    row.gate_version = int(verdict.gate_version);
    row.media_type.clone_from(&verdict.media_type);
    row.normal_hash = content.normal();
    row.checked_at = Some(app.clock.now().0);
    Ok(())
}

/// The automatic policy decides on texts at once. Otherwise the owner's queue has one item
/// more: also of every picture and recording, which no score makes public before a person
/// has seen or heard it.
async fn after_passing(
    app: &App,
    tx: &Tx,
    datanet: &entity::datanet::Model,
    mut row: entity::submission::Model,
    verdict: &Verdict,
) -> Result<(), Problem> {
    let policy: ReviewPolicy = word(&datanet.policy)?;
    let modality: Modality = word(&datanet.modality)?;
    let by_score = policy == ReviewPolicy::Automatic && modality == Modality::Text;
    if let (true, Some(score)) = (by_score, verdict.score) {
        let ruling = Ruling::automatic(verdict, score, datanet.threshold.unsigned_abs());
        return review::make_final(app, tx, datanet, row, ruling).await;
    }
    row.state = transition(SubmissionState::Passed, &[SubmissionState::InReview])?.to_string();
    query::submission::save_outcome(tx, &row).await?;
    view::tell(tx, &row)
}
