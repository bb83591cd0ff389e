//! The job that turns a settled list of submissions into files with a Merkle root.

use super::card::{self, Facts};
use super::rows::{Source, of_submission};
use super::table::to_parquet;
use crate::App;
use crate::view::release::{LicenceCount, Row};
use karat_gate::licence::{self, LicenceClass};
use karat_store::Tx;
use karat_store::entity::datanet::Model as Datanet;
use karat_store::entity::release::Model as Stored;
use karat_store::query::{self, job::ClaimedJob, release::Item};
use karat_types::id::{ContributorId, DatanetId, ReleaseId};
use karat_types::{Hash, Modality, Problem, ReleaseState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

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
    let id = ReleaseId(stored.id);
    let net = query::datanet::get(app.store.db(), stored.datanet_id)
        .await?
        .ok_or_else(|| Problem::missing("datanet", stored.datanet_id))?;
    let items = query::release::items(app.store.db(), id).await?;
    let built = assemble(app, &net, stored, items).await?;
    let tx = app.store.begin().await?;
    query::job::complete(&tx, job.id, job.attempt).await?;
    query::release::finish(&tx, id, &built.finished, &built.items).await?;
    query::event::append(&tx, &format!("release:{id}"), "state", &json!({"state": ReleaseState::Ready}))?;
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

async fn assemble(app: &App, net: &Datanet, stored: &Stored, mut items: Vec<Item>) -> Result<Built, Problem> {
    let modality: Modality = net.modality.parse().map_err(Problem::internal)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut bytes = 0;
    for item in &mut items {
        let content = app.store.blobs().get(item.content_hash).await?;
        bytes += content.len() as u64;
        let source = Source {
            submission: item.submission,
            contributor: item.contributor,
            contributor_name: &item.contributor_name,
            licence: &item.licence,
            content_hash: item.content_hash,
            bytes: &content,
        };
        let cut = of_submission(&source, modality, rows.len() as u64);
        item.first_row = rows.len() as u64;
        item.rows = cut.len() as u64;
        rows.extend(cut);
    }
    let licences = count_licences(&items);
    let leaves: Vec<Hash> = rows.iter().map(|r| r.leaf).collect();
    let root = karat_tlog::root(&leaves);
    let class = licences.first().map_or("none", |l| l.class.as_str()).to_owned();
    let contributors: BTreeSet<ContributorId> = items.iter().map(|i| i.contributor).collect();
    let facts = Facts {
        datanet: &net.name,
        purpose: &net.purpose,
        version: stored.version.cast_unsigned(),
        modality: &net.modality,
        rows: rows.len() as u64,
        submissions: items.len() as u64,
        contributors: contributors.len() as u64,
        bytes,
        root,
        licences: &licences,
        licence_class: &class,
        gate_version: karat_gate::GATE_VERSION,
    };
    let card = card::markdown(&facts);
    let jsonl = app.store.blobs().put(to_jsonl(&rows)?).await?;
    let parquet = app.store.blobs().put(to_parquet(&rows)?).await?;
    let manifest = manifest(net, stored, &facts, &items, jsonl, parquet)?;
    let finished = query::release::Finished {
        root,
        rows: facts.rows,
        contributors: facts.contributors,
        bytes,
        licences: serde_json::to_string(&licences).map_err(|e| Problem::internal(e.to_string()))?,
        licence_class: class.clone(),
        card,
        manifest: app.store.blobs().put(manifest).await?,
        jsonl,
        parquet,
    };
    Ok(Built { finished, items })
}

/// Licences with their counts, most restrictive class first.
fn count_licences(items: &[Item]) -> Vec<LicenceCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for item in items {
        *counts.entry(&item.licence).or_default() += 1;
    }
    let mut out: Vec<_> =
        counts.into_iter().map(|(l, n)| (licence::class(l).unwrap_or(LicenceClass::Other), l, n)).collect();
    out.sort_by(|a, b| b.0.cmp(&a.0).then(b.2.cmp(&a.2)).then(a.1.cmp(b.1)));
    out.into_iter()
        .map(|(class, licence, submissions)| LicenceCount {
            licence: licence.to_owned(),
            class: class.as_str().to_owned(),
            submissions,
        })
        .collect()
}

fn to_jsonl(rows: &[Row]) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut out, row).map_err(|e| Problem::internal(format!("A row: {e}.")))?;
        out.push(b'\n');
    }
    Ok(out)
}

/// The manifest: canonical JSON, so that its hash names the release.
fn manifest(
    net: &Datanet,
    stored: &Stored,
    facts: &Facts<'_>,
    items: &[Item],
    jsonl: Hash,
    parquet: Hash,
) -> Result<String, Problem> {
    let item = |i: &Item| {
        json!({
            "submission": i.submission, "contributor": i.contributor, "content": i.content_hash,
            "licence": i.licence, "first_row": i.first_row, "rows": i.rows,
        })
    };
    let value = json!({
        "v": 1, "release": ReleaseId(stored.id), "datanet": DatanetId(stored.datanet_id),
        "datanet_name": net.name, "modality": net.modality, "version": stored.version,
        "created_at": stored.created_at, "gate_version": facts.gate_version, "root": facts.root,
        "rows": facts.rows, "licence_class": facts.licence_class, "jsonl": jsonl, "parquet": parquet,
        "items": items.iter().map(item).collect::<Vec<_>>(),
    });
    karat_tlog::canonical(&value)
        .map_err(|e| Problem::internal(format!("The release's manifest is not canonical: {e}.")))
}
