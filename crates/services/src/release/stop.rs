//! What is taken back: the releases that hold it stop, and its bytes are destroyed where
//! nobody else needs them.

use crate::App;
use crate::notice::tell;
use crate::view::release::ReleaseFile;
use crate::words::json;
use karat_store::entity::release::Model as Stored;
use karat_store::query::job::{ClaimedJob, NewJob};
use karat_store::query::{self, withdrawal};
use karat_store::{Conn, Tx, entity};
use karat_types::id::{ReleaseId, SubmissionId};
use karat_types::{Hash, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Name of the job that destroys bytes.
pub(crate) const DESTROY: &str = "destroy";

/// Seconds between a blob going out of service and its destruction. Whoever kept the same
/// bytes in the meantime, and names them in a row by then, gets them back.
const GRACE_SECONDS: i64 = 3_600;

/// What the job is told.
#[derive(Serialize, Deserialize)]
struct Payload {
    submission: SubmissionId,
    /// Set in the second round: what was taken out of service in the first.
    #[serde(default)]
    aside: Option<Vec<Hash>>,
}

/// Everything that follows when an accepted submission is taken back, in the transaction
/// that does it: a tombstone, the releases that hold it stop, whoever should know is
/// told, and a job destroys the bytes.
pub(crate) async fn taken_back(
    app: &App,
    tx: &Tx,
    row: &entity::submission::Model,
    reason: &str,
) -> Result<(), Problem> {
    let now = app.clock.now();
    let tombstone = entity::tombstone::Model {
        submission_id: row.id,
        content_hash: row.content_hash.clone(),
        reason: reason.to_owned(),
        created_at: now.0,
    };
    withdrawal::bury(tx, tombstone).await?;
    let releases = withdrawal::releases_with(tx, row.id).await?;
    for release in releases.iter().filter(|r| r.stopped_at.is_none()) {
        let why = format!("A submission in it was {reason}.");
        withdrawal::stop(tx, ReleaseId(release.id), &why, now.0).await?;
        let state = serde_json::json!({ "state": release.state, "stopped": true });
        query::event::append(tx, &format!("release:{}", release.id), "state", &state)?;
        tell_people(app, tx, row, release).await?;
    }
    let payload = Payload { submission: row.id.into(), aside: None };
    let job = NewJob::new(crate::jobs::CHECK_QUEUE, DESTROY, &payload, now)?;
    query::job::enqueue(tx, job, now).await?;
    Ok(())
}

/// The datanet's owner, and whoever trained on the release.
async fn tell_people(
    app: &App,
    tx: &Tx,
    row: &entity::submission::Model,
    release: &Stored,
) -> Result<(), Problem> {
    let net = crate::datanet::load(tx, row.datanet_id.into()).await?;
    let link = format!("/releases/{}", release.id);
    let text = format!(
        "A submission in release {} of “{}” was withdrawn; the release is no longer handed out. Make the next one: it will be without it.",
        release.version, net.name
    );
    tell(app, tx, net.owner_id, text, link).await?;
    let mut told = BTreeSet::from([net.owner_id]);
    for run in withdrawal::runs_on(tx, &[release.id], &[]).await? {
        let Some(account) = run.created_by else { continue };
        let Some(account) = query::account::account(tx, account.into()).await? else { continue };
        if told.insert(account.contributor_id) {
            let text = format!(
                "Your run “{}” trained on release {} of “{}”, in which a submission was withdrawn since.",
                run.name, release.version, net.name
            );
            tell(app, tx, account.contributor_id, text, format!("/runs/{}", run.id)).await?;
        }
    }
    Ok(())
}

/// Job handler: takes the bytes out of service, and an hour later destroys them. Each
/// round looks who needs them just before it acts, and may run again at any point.
pub(crate) async fn destroy_job(app: &App, job: &ClaimedJob) -> Result<(), Problem> {
    let payload: Payload = job.payload()?;
    match payload.aside {
        None => out_of_service(app, job, payload.submission).await,
        Some(hashes) => destroy(app, job, &hashes).await,
    }
}

async fn out_of_service(app: &App, job: &ClaimedJob, submission: SubmissionId) -> Result<(), Problem> {
    let mut aside = Vec::new();
    for hash in bytes_of(app, submission).await? {
        if withdrawal::needed(app.store.db(), hash).await? {
            continue;
        }
        app.store.blobs().set_aside(hash).await?;
        // Somebody may have brought the same bytes between the look and the act.
        if withdrawal::needed(app.store.db(), hash).await? {
            app.store.blobs().bring_back(hash).await?;
        } else {
            aside.push(hash);
        }
    }
    let now = app.clock.now();
    let tx = app.store.begin().await?;
    query::job::complete(&tx, job.id, job.attempt).await?;
    if !aside.is_empty() {
        let payload = Payload { submission, aside: Some(aside) };
        let later = now.plus_seconds(GRACE_SECONDS);
        let job = NewJob::new(crate::jobs::CHECK_QUEUE, DESTROY, &payload, later)?;
        query::job::enqueue(&tx, job, now).await?;
    }
    Ok(tx.commit().await?)
}

async fn destroy(app: &App, job: &ClaimedJob, hashes: &[Hash]) -> Result<(), Problem> {
    for hash in hashes {
        if withdrawal::needed(app.store.db(), *hash).await? {
            app.store.blobs().bring_back(*hash).await?;
        } else {
            app.store.blobs().forget(*hash).await?;
        }
    }
    let tx = app.store.begin().await?;
    query::job::complete(&tx, job.id, job.attempt).await?;
    Ok(tx.commit().await?)
}

/// The original, what was made from it, and the content of the releases that hold it.
async fn bytes_of(app: &App, submission: SubmissionId) -> Result<BTreeSet<Hash>, Problem> {
    let db = app.store.db();
    let mut out = BTreeSet::new();
    if let Some(tombstone) = withdrawal::tombstone(db, submission.0).await? {
        out.insert(super::parse_hash(&tombstone.content_hash)?);
    }
    for made in withdrawal::derived_of(db, &[submission.0]).await? {
        out.insert(super::parse_hash(&made.hash)?);
    }
    for release in withdrawal::releases_with(db, submission.0).await? {
        if let (Some(files), Some(_)) = (&release.files, release.stopped_at) {
            let files: Vec<ReleaseFile> = json(files)?;
            out.extend(files.iter().filter(|f| f.content).map(|f| f.sha256));
        }
    }
    Ok(out)
}

/// Refuses a release that is stopped, naming what to use instead.
pub(crate) async fn standing(conn: &impl Conn, release: &Stored) -> Result<(), Problem> {
    if release.stopped_at.is_none() {
        return Ok(());
    }
    let hint = match withdrawal::next_standing(conn, release.datanet_id, release.version).await? {
        Some(next) => format!("Use release {} instead: {}.", next.version, ReleaseId(next.id)),
        None => {
            "Ask the datanet's owner to make a new release; it will be without what was taken back.".into()
        }
    };
    let why = release.stopped_why.as_deref().unwrap_or("Something in it was taken back.");
    Err(Problem::new(
        410,
        "release_stopped",
        format!("Release {} is no longer handed out. {why}", release.version),
        hint,
    ))
}
