//! Reading a release: its page, its rows, their proofs, its files.

use crate::authz::{self, Action};
use crate::view::Page;
use crate::view::release::{Release, ReleaseDiff, Row, RowProof};
use crate::{Actor, App};
use karat_store::entity::release::Model as Stored;
use karat_store::query;
use karat_types::id::{DatanetId, ReleaseId};
use karat_types::{Hash, Micros, Problem, ReleaseState};
use std::collections::BTreeSet;

/// Rows a page.
const PAGE: u64 = 50;

/// A release. Anyone may read it.
pub async fn get(app: &App, actor: &Actor, id: ReleaseId) -> Result<Release, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let stored = stored(app, id).await?;
    view(app, stored).await
}

/// A datanet's releases, newest first.
pub async fn list(app: &App, actor: &Actor, datanet: DatanetId) -> Result<Page<Release>, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let mut items = Vec::new();
    for stored in query::release::of_datanet(app.store.db(), datanet).await? {
        items.push(view(app, stored).await?);
    }
    Ok(Page { total: items.len() as u64, items, next: None })
}

pub(crate) async fn view(app: &App, r: Stored) -> Result<Release, Problem> {
    let datanet = DatanetId(r.datanet_id);
    let name = query::datanet::get(app.store.db(), r.datanet_id).await?.map(|d| d.name).unwrap_or_default();
    let licences = match r.licences.as_str() {
        "" => Vec::new(),
        text => {
            serde_json::from_str(text).map_err(|e| Problem::internal(format!("Stored licences: {e}.")))?
        }
    };
    Ok(Release {
        id: ReleaseId(r.id),
        datanet,
        datanet_name: name,
        version: r.version.cast_unsigned(),
        state: r.state.parse().map_err(Problem::internal)?,
        root: r.root.map(|h| parse_hash(&h)).transpose()?,
        rows: r.rows.cast_unsigned(),
        submissions: r.submissions.cast_unsigned(),
        contributors: r.contributors.cast_unsigned(),
        bytes: r.bytes.cast_unsigned(),
        licences,
        licence_class: r.licence_class,
        card: r.card,
        created_at: Micros(r.created_at),
        error: r.error,
    })
}

/// A page of rows; `after` is the index of the last row of the page before.
pub async fn rows(app: &App, actor: &Actor, id: ReleaseId, after: Option<u64>) -> Result<Page<Row>, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let first = after.map_or(0, |a| a + 1);
    let all = all_rows(app, id).await?;
    let total = all.len() as u64;
    let items: Vec<Row> = all.into_iter().skip(first as usize).take(PAGE as usize).collect();
    let next = items.last().filter(|r| r.index + 1 < total).map(|r| r.index.to_string());
    Ok(Page { items, total, next })
}

/// The proof that row `index` is in the release.
pub async fn proof(app: &App, actor: &Actor, id: ReleaseId, index: u64) -> Result<RowProof, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let mut all = all_rows(app, id).await?;
    let size = all.len() as u64;
    let leaves: Vec<Hash> = all.iter().map(|r| r.leaf).collect();
    let path = karat_tlog::inclusion_proof(&leaves, index as usize);
    let path = path.ok_or_else(|| Problem::missing("row", index))?;
    Ok(RowProof { row: all.swap_remove(index as usize), root: karat_tlog::root(&leaves), size, path })
}

/// What changed from release `from` to release `to` of the same datanet.
pub async fn diff(app: &App, actor: &Actor, from: ReleaseId, to: ReleaseId) -> Result<ReleaseDiff, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let (old, new) = (stored(app, from).await?, stored(app, to).await?);
    if old.datanet_id != new.datanet_id {
        return Err(Problem::bad(
            "different_datanets",
            "The two releases belong to different datanets.",
            "Compare releases of one datanet.",
        ));
    }
    let (before, after) = (
        query::release::items(app.store.db(), from).await?,
        query::release::items(app.store.db(), to).await?,
    );
    let ids = |items: &[query::release::Item]| items.iter().map(|i| i.submission).collect::<BTreeSet<_>>();
    let (old_ids, new_ids) = (ids(&before), ids(&after));
    let rows_outside = |items: &[query::release::Item], others: &BTreeSet<_>| {
        items.iter().filter(|i| !others.contains(&i.submission)).map(|i| i.rows).sum()
    };
    Ok(ReleaseDiff {
        from,
        to,
        added: new_ids.difference(&old_ids).copied().collect(),
        removed: old_ids.difference(&new_ids).copied().collect(),
        rows_added: rows_outside(&after, &old_ids),
        rows_removed: rows_outside(&before, &new_ids),
    })
}

/// A file of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadKind {
    /// One row a line.
    Jsonl,
    /// The same as columns.
    Parquet,
    /// What the release consists of.
    Manifest,
    /// The dataset card.
    Card,
}

/// A file to send.
pub struct Download {
    /// Name to save it under.
    pub file_name: String,
    /// Media type.
    pub media_type: &'static str,
    /// The content.
    pub bytes: bytes::Bytes,
}

/// A file of a release. Anyone may read it.
pub async fn download(
    app: &App,
    actor: &Actor,
    id: ReleaseId,
    kind: DownloadKind,
) -> Result<Download, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let release = ready(app, id).await?;
    let name = query::datanet::get(app.store.db(), release.datanet_id).await?.map(|d| d.name);
    let slug = slug(&name.unwrap_or_default());
    let (hash, end, media_type) = match kind {
        DownloadKind::Jsonl => (release.jsonl_hash, "jsonl", "application/x-ndjson"),
        DownloadKind::Parquet => (release.parquet_hash, "parquet", "application/vnd.apache.parquet"),
        DownloadKind::Manifest => (release.manifest_hash, "manifest.json", "application/json"),
        DownloadKind::Card => (None, "card.md", "text/markdown; charset=utf-8"),
    };
    let bytes = match hash {
        Some(hash) => app.store.blobs().get(parse_hash(&hash)?).await?,
        None => release.card.into(),
    };
    Ok(Download { file_name: format!("{slug}-v{}.{end}", release.version), media_type, bytes })
}

pub(crate) fn slug(name: &str) -> String {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    if words.is_empty() { "datanet".into() } else { words.join("-") }
}

/// All rows, as stored.
pub(crate) async fn all_rows(app: &App, id: ReleaseId) -> Result<Vec<Row>, Problem> {
    let release = ready(app, id).await?;
    let hash = release.jsonl_hash.ok_or_else(|| Problem::internal("A ready release has no rows file."))?;
    let bytes = app.store.blobs().get(parse_hash(&hash)?).await?;
    bytes
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            serde_json::from_slice(line).map_err(|e| Problem::internal(format!("A stored row: {e}.")))
        })
        .collect()
}

async fn ready(app: &App, id: ReleaseId) -> Result<Stored, Problem> {
    let release = stored(app, id).await?;
    if release.state == ReleaseState::Ready.as_str() {
        return Ok(release);
    }
    Err(Problem::conflict(
        "release_not_ready",
        format!("Release {} is {}.", release.version, release.state),
        "Wait until it is ready; building takes seconds.",
    ))
}

async fn stored(app: &App, id: ReleaseId) -> Result<Stored, Problem> {
    query::release::get(app.store.db(), id).await?.ok_or_else(|| Problem::missing("release", id))
}

pub(crate) fn parse_hash(hex: &str) -> Result<Hash, Problem> {
    hex.parse().map_err(|e| Problem::internal(format!("A stored hash is not one: {e}.")))
}
