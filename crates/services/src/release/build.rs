//! The job that turns a settled list of submissions into files with a Merkle root.

use super::facts::{Facts, count_licences};
use super::folder::{self, Folder, keep_text};
use super::{alerts, card, croissant, draw, items, manifest, write};
use crate::App;
use crate::view::release::{Plan, ReleaseFile};
use crate::words::to_json;
use karat_store::Tx;
use karat_store::entity::datanet::Model as Datanet;
use karat_store::entity::release::Model as Stored;
use karat_store::query::{self, job::ClaimedJob, release::Item};
use karat_types::id::{ContributorId, ReleaseId};
use karat_types::{Modality, Problem, ReleaseState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Name of the job.
pub(crate) const KIND: &str = "release";

/// What the job is told.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) release: ReleaseId,
}

/// Job handler: builds the release the job names. Safe to run again at any point: the
/// inputs are fixed, the files are named by their content, the row changes once.
pub(crate) async fn run(app: &App, job: &ClaimedJob) -> Result<(), Problem> {
    let Payload { release: id } = job.payload()?;
    let stored =
        query::release::get(app.store.db(), id).await?.ok_or_else(|| Problem::missing("release", id))?;
    if stored.state != ReleaseState::Building.as_str() {
        let tx = app.store.begin().await?;
        query::job::complete(&tx, job.id, job.attempt).await?;
        return Ok(tx.commit().await?);
    }
    match make_ready(app, job, &stored).await {
        // Lost to another worker, or the database is away: that one, or a later try, ends it.
        Err(problem) if problem.code == "stale_attempt" || problem.status == 503 => Err(problem),
        Err(problem) => fail(app, job, &problem).await,
        Ok(()) => Ok(()),
    }
}

async fn make_ready(app: &App, job: &ClaimedJob, stored: &Stored) -> Result<(), Problem> {
    let net = query::datanet::get(app.store.db(), stored.datanet_id)
        .await?
        .ok_or_else(|| Problem::missing("datanet", stored.datanet_id))?;
    let items = query::release::items(app.store.db(), ReleaseId(stored.id)).await?;
    let found = alerts::scan(app, &net, &items).await?;
    let mut without = alerts::named(&found);
    loop {
        let kept: Vec<Item> = items.iter().filter(|i| !without.contains(&i.submission.0)).cloned().collect();
        let mut plan = draw::stored_plan(stored)?;
        plan.set_aside.extend(alerts::as_set_aside(&found, &items));
        if kept.is_empty() {
            return nothing_left(app, job, &net, &found).await;
        }
        let built = assemble(app, job, &net, stored, kept, plan).await?;
        let gone = finish(app, job, &net, stored, &built, (&found, &without)).await?;
        if gone.is_empty() {
            return Ok(());
        }
        // Something was taken back while the files were written: once more, without it.
        without.extend(gone);
    }
}

/// Makes the release ready in one transaction, unless items were taken back meanwhile:
/// then nothing is written and they are named.
async fn finish(
    app: &App,
    job: &ClaimedJob,
    net: &Datanet,
    stored: &Stored,
    built: &Built,
    (found, without): (&[alerts::Found], &BTreeSet<Uuid>),
) -> Result<BTreeSet<Uuid>, Problem> {
    let id = ReleaseId(stored.id);
    let tx = app.store.begin().await?;
    // Whoever takes an item back holds the same lock: either the release sees that it is
    // gone, or the withdrawal sees the release.
    query::datanet::lock(&tx, net.id).await?;
    let ids: Vec<Uuid> = built.items.iter().map(|i| i.submission.0).collect();
    let gone = query::withdrawal::not_accepted(&tx, &ids).await?;
    if !gone.is_empty() {
        return Ok(gone);
    }
    query::job::complete(&tx, job.id, job.attempt).await?;
    query::withdrawal::take_out(&tx, id, without).await?;
    query::release::finish(&tx, id, &built.finished, &built.items).await?;
    alerts::record(app, &tx, net, found).await?;
    query::event::append(&tx, &format!("release:{id}"), "state", &json!({"state": ReleaseState::Ready}))?;
    tx.commit().await?;
    Ok(gone)
}

/// Every item was set aside or taken back: that is told, and the release fails.
async fn nothing_left(
    app: &App,
    job: &ClaimedJob,
    net: &Datanet,
    found: &[alerts::Found],
) -> Result<(), Problem> {
    let why = Problem::conflict(
        "nothing_left",
        "Every item of this release was set aside by an alert or taken back while it was made.",
        "Look at the alerts of the datanet: `karat release alerts --datanet NAME`.",
    );
    let tx = app.store.begin().await?;
    query::job::complete(&tx, job.id, job.attempt).await?;
    alerts::record(app, &tx, net, found).await?;
    given_up(&tx, job, &why).await?;
    Ok(tx.commit().await?)
}

async fn fail(app: &App, job: &ClaimedJob, problem: &Problem) -> Result<(), Problem> {
    let tx = app.store.begin().await?;
    query::job::complete(&tx, job.id, job.attempt).await?;
    given_up(&tx, job, problem).await?;
    Ok(tx.commit().await?)
}

/// Marks the release as failed: its job was given up, or cannot succeed.
pub(crate) async fn given_up(tx: &Tx, job: &ClaimedJob, why: &Problem) -> Result<(), Problem> {
    let Payload { release: id } = job.payload()?;
    query::release::fail(tx, id, &why.to_string()).await?;
    query::event::append(tx, &format!("release:{id}"), "state", &json!({"state": ReleaseState::Failed}))?;
    Ok(())
}

struct Built {
    finished: query::release::Finished,
    items: Vec<Item>,
}

async fn assemble(
    app: &App,
    job: &ClaimedJob,
    net: &Datanet,
    stored: &Stored,
    mut items: Vec<Item>,
    plan: Plan,
) -> Result<Built, Problem> {
    let modality: Modality = net.modality.parse().map_err(Problem::internal)?;
    let folder = Folder::fresh(app, ReleaseId(stored.id), job)?;
    let written = write::rows(app, &folder, &mut items, modality).await?;
    let (record, judged) = items::write(app, &folder, &items).await?;
    let licences = count_licences(&items);
    let facts = Facts {
        net,
        stored,
        modality,
        url: &app.settings.page_of(&format!("releases/{}", stored.id)),
        items: &items,
        plan: &plan,
        judged: &judged,
        rows: written.leaves.len() as u64,
        bytes: written.bytes,
        root: karat_tlog::root(&written.leaves),
        licence_class: licences.first().map_or("none", |l| l.class.as_str()).to_owned(),
        licences,
    };
    let mut files = written.files;
    files.push(record);
    files.push(keep_text(app, manifest::NAME, folder::JSON, manifest::document(&facts, &files)?).await?);
    files
        .push(keep_text(app, "croissant.json", folder::JSON_LD, croissant::document(&facts, &files)?).await?);
    let card = card::markdown(&facts);
    files.push(keep_text(app, "README.md", folder::MARKDOWN, card.clone()).await?);
    let contributors: BTreeSet<ContributorId> = items.iter().map(|i| i.contributor).collect();
    let finished = query::release::Finished {
        root: facts.root,
        rows: facts.rows,
        contributors: contributors.len() as u64,
        bytes: facts.bytes,
        licences: to_json(&facts.licences)?,
        licence_class: facts.licence_class.clone(),
        card,
        manifest: hash_of(&files, |f| f.name == manifest::NAME)?,
        jsonl: hash_of(&files, |f| f.name == write::ROWS)?,
        parquet: hash_of(&files, |f| f.media_type == folder::PARQUET)?,
        files: to_json(&files)?,
        plan: to_json(&plan)?,
    };
    Ok(Built { finished, items })
}

fn hash_of(
    files: &[ReleaseFile],
    which: impl Fn(&ReleaseFile) -> bool,
) -> Result<karat_types::Hash, Problem> {
    let file = files.iter().find(|f| which(f));
    file.map(|f| f.sha256).ok_or_else(|| Problem::internal("A file of the release was not written."))
}
