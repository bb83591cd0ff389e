//! Releases: an immutable snapshot of what a datanet accepted, and ways to read it.

mod build;
mod card;
mod read;
mod rows;
mod split;
mod table;

pub(crate) use build::{KIND as BUILD, given_up, run as build_job};
pub use read::{Download, DownloadKind, diff, download, get, list, proof, rows};
pub(crate) use read::{all_rows, parse_hash, slug};
pub(crate) use split::held_out;

use crate::authz::{self, Action};
use crate::view::release::Release;
use crate::{Actor, App, jobs};
use karat_store::query;
use karat_store::query::job::NewJob;
use karat_types::id::{DatanetId, ReleaseId};
use karat_types::{Problem, ReleaseState};

/// Starts a release of everything accepted in `datanet` at this moment.
///
/// Which submissions are in it is settled here, in one transaction with the job that
/// builds the files, so a build that is interrupted ends with the same bytes.
pub async fn create(app: &App, actor: &Actor, datanet: DatanetId) -> Result<Release, Problem> {
    let net = query::datanet::get(app.store.db(), datanet.0)
        .await?
        .ok_or_else(|| Problem::missing("datanet", datanet))?;
    authz::require(actor, Action::CreateRelease, actor.contributor == Some(net.owner_id.into()))?;
    let id = ReleaseId::new();
    let tx = app.store.begin().await?;
    query::datanet::lock(&tx, datanet.0).await?;
    let accepted = query::release::accepted(&tx, datanet).await?;
    let newest = query::release::newest(&tx, datanet).await?;
    refuse_pointless(&tx, &net.name, &accepted, newest.as_ref()).await?;
    let version = newest.map_or(1, |r| r.version + 1);
    let row = query::release::NewRelease {
        id,
        datanet,
        version,
        created_by: actor.account,
        created_at: app.clock.now(),
    };
    query::release::insert(&tx, &row, &accepted).await?;
    let job = NewJob::new(jobs::RELEASE_QUEUE, build::KIND, &build::Payload { release: id }, row.created_at)?;
    query::job::enqueue(&tx, job, row.created_at).await?;
    tx.commit().await?;
    get(app, actor, id).await
}

/// A release of nothing, or of exactly what the last one holds, helps nobody.
async fn refuse_pointless(
    tx: &karat_store::Tx,
    name: &str,
    accepted: &[query::release::Accepted],
    newest: Option<&karat_store::entity::release::Model>,
) -> Result<(), Problem> {
    if accepted.is_empty() {
        return Err(Problem::conflict(
            "nothing_accepted",
            format!("'{name}' has no accepted submission yet."),
            "Accept submissions in review first; then make the release.",
        ));
    }
    let Some(last) = newest.filter(|r| r.state != ReleaseState::Failed.as_str()) else { return Ok(()) };
    let before = query::release::submissions_of(tx, ReleaseId(last.id)).await?;
    if before.len() == accepted.len() && accepted.iter().all(|a| before.contains(&a.submission)) {
        return Err(Problem::conflict(
            "nothing_new",
            format!("Release {} already holds exactly what '{name}' has accepted.", last.version),
            "Use that release, or wait until something more is accepted.",
        ));
    }
    Ok(())
}
