//! Releases: an immutable snapshot of what a datanet accepted, and ways to read it.

mod affected;
mod alerts;
mod archive;
mod build;
mod card;
mod croissant;
mod draw;
mod facts;
mod folder;
mod items;
mod leaves;
mod manifest;
mod media;
mod plan;
mod read;
mod rows;
mod split;
mod stop;
mod table;
mod write;

pub use affected::affected;
pub(crate) use affected::since_withdrawn;
pub use alerts::{dismiss, list as alerts};
pub(crate) use build::{KIND as BUILD, given_up, run as build_job};
pub use draw::preview;
pub(crate) use folder::PART_BYTES;
pub use leaves::leaf_proof;
pub use read::{Download, DownloadKind, diff, download, file, files, get, list, proof, rows};
pub(crate) use read::{all_rows, parse_hash, slug};
pub(crate) use rows::record;
pub(crate) use split::held_out;
pub(crate) use stop::{DESTROY, destroy_job, standing, taken_back};

use crate::authz::{self, Action};
use crate::view::release::Release;
use crate::words::to_json;
use crate::{Actor, App, jobs};
use karat_store::query;
use karat_store::query::job::NewJob;
use karat_types::Problem;
use karat_types::id::{DatanetId, ReleaseId};

/// Starts a release of what is accepted in `datanet` at this moment.
///
/// Which submissions are in it is settled here, in one transaction with the job that
/// builds the files, so a build that is interrupted ends with the same bytes. Only what
/// the build finds planted, or what is taken back meanwhile, leaves it again.
pub async fn create(app: &App, actor: &Actor, datanet: DatanetId) -> Result<Release, Problem> {
    let net = crate::datanet::load(app.store.db(), datanet).await?;
    authz::require(actor, Action::CreateRelease, crate::datanet::owns(actor, &net))?;
    let id = ReleaseId::new();
    let tx = app.store.begin().await?;
    query::datanet::lock(&tx, datanet.0).await?;
    let drawn = draw::draw(app, &tx, &net).await?;
    let newest = query::release::newest(&tx, datanet).await?;
    if let Some(why) = draw::pointless(&tx, &net, &drawn.chosen, &drawn.plan, newest.as_ref()).await? {
        return Err(why);
    }
    let version = newest.map_or(1, |r| r.version + 1);
    let row = query::release::NewRelease {
        id,
        datanet,
        version,
        created_by: actor.account,
        created_at: app.clock.now(),
        plan: to_json(&drawn.plan)?,
    };
    query::release::insert(&tx, &row, &drawn.chosen).await?;
    let job = NewJob::new(jobs::RELEASE_QUEUE, build::KIND, &build::Payload { release: id }, row.created_at)?;
    query::job::enqueue(&tx, job, row.created_at).await?;
    tx.commit().await?;
    get(app, actor, id).await
}
