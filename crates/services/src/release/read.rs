//! Reading a release: its page, its rows, their proofs, its files.

use super::standing;
use crate::authz::{self, Action};
use crate::view::Page;
use crate::view::release::{Release, ReleaseDiff, ReleaseFile, Row, RowProof};
use crate::words::json;
use crate::{Actor, App};
use bytes::Bytes;
use karat_store::BlobStream;
use karat_store::entity::release::Model as Stored;
use karat_store::query;
use karat_types::id::{DatanetId, ReleaseId};
use karat_types::{Hash, Micros, Problem, ReleaseState};
use std::collections::BTreeSet;
use std::ops::Range;

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
    let next = super::affected::next(app.store.db(), &r).await?;
    let plan = super::draw::stored_plan(&r)?;
    Ok(Release {
        id: ReleaseId(r.id),
        plan,
        next,
        stopped_at: r.stopped_at.map(Micros),
        stopped_why: r.stopped_why,
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
    let first = after.map_or(0, |a| a.saturating_add(1));
    let all = all_rows(app, &ready(app, id).await?).await?;
    let total = all.len() as u64;
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    let items: Vec<Row> = all.into_iter().skip(first).take(PAGE as usize).collect();
    let next = items.last().filter(|r| r.index + 1 < total).map(|r| r.index.to_string());
    Ok(Page { items, total, next })
}

/// The proof that row `index` is in the release.
pub async fn proof(app: &App, actor: &Actor, id: ReleaseId, index: u64) -> Result<RowProof, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let mut all = all_rows(app, &ready(app, id).await?).await?;
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
#[derive(Clone, Debug)]
pub struct Download {
    /// Name to save it under.
    pub file_name: String,
    /// Media type.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of it.
    pub sha256: Hash,
    /// The file itself, where it is no blob.
    inline: Option<Bytes>,
}

impl Download {
    /// Bytes `range` of the file as they come, never all of them in memory.
    pub async fn stream(&self, app: &App, range: Range<u64>) -> Result<BlobStream, Problem> {
        match &self.inline {
            Some(bytes) => {
                let (start, end) = (range.start as usize, range.end as usize);
                let part = bytes.slice(start.min(bytes.len())..end.min(bytes.len()));
                Ok(Box::pin(futures::stream::once(async { Ok(part) })))
            }
            None if range.is_empty() => Ok(Box::pin(futures::stream::empty())),
            None => Ok(app.store.blobs().stream_range(self.sha256, range).await?),
        }
    }

    /// The whole file; for small ones.
    pub async fn whole(&self, app: &App) -> Result<Bytes, Problem> {
        match &self.inline {
            Some(bytes) => Ok(bytes.clone()),
            None => Ok(app.store.blobs().get(self.sha256).await?),
        }
    }
}

/// One of the four files every release has, under a name of its own.
pub async fn download(
    app: &App,
    actor: &Actor,
    id: ReleaseId,
    kind: DownloadKind,
) -> Result<Download, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let release = ready(app, id).await?;
    if matches!(kind, DownloadKind::Jsonl | DownloadKind::Parquet) {
        standing(app.store.db(), &release).await?;
    }
    let name = query::datanet::get(app.store.db(), release.datanet_id).await?.map(|d| d.name);
    let slug = slug(&name.unwrap_or_default());
    let (hash, end, media_type) = match kind {
        DownloadKind::Jsonl => (release.jsonl_hash, "jsonl", "application/x-ndjson"),
        DownloadKind::Parquet => (release.parquet_hash, "parquet", super::folder::PARQUET),
        DownloadKind::Manifest => (release.manifest_hash, "manifest.json", super::folder::JSON),
        DownloadKind::Card => (None, "card.md", "text/markdown; charset=utf-8"),
    };
    let (sha256, bytes, inline) = match hash {
        Some(hash) => {
            let hash = parse_hash(&hash)?;
            (hash, app.store.blobs().len(hash).await?, None)
        }
        None => {
            let card = Bytes::from(release.card);
            (Hash::of(&card), card.len() as u64, Some(card))
        }
    };
    let file_name = format!("{slug}-v{}.{end}", release.version);
    Ok(Download { file_name, media_type: media_type.into(), bytes, sha256, inline })
}

/// The files of a release, in the order a person would read them.
pub async fn files(app: &App, actor: &Actor, id: ReleaseId) -> Result<Vec<ReleaseFile>, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let mut all = listed(app, &ready(app, id).await?).await?;
    // README.md first, then the other descriptions, then the data.
    all.sort_by_key(|f| (f.name != "README.md", f.content, f.name.clone()));
    Ok(all)
}

/// One file of a release by its name.
pub async fn file(app: &App, actor: &Actor, id: ReleaseId, name: &str) -> Result<Download, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let release = ready(app, id).await?;
    let file = file_named(app, &release, name).await?.ok_or_else(|| Problem::missing("file", name))?;
    if file.content {
        standing(app.store.db(), &release).await?;
    }
    let inline = (file.sha256 == Hash::of(release.card.as_bytes())).then(|| Bytes::from(release.card));
    let ReleaseFile { name, media_type, bytes, sha256, .. } = file;
    Ok(Download { file_name: name, media_type, bytes, sha256, inline })
}

/// The file of a release with this name.
pub(super) async fn file_named(
    app: &App,
    release: &Stored,
    name: &str,
) -> Result<Option<ReleaseFile>, Problem> {
    Ok(listed(app, release).await?.into_iter().find(|f| f.name == name))
}

async fn listed(app: &App, release: &Stored) -> Result<Vec<ReleaseFile>, Problem> {
    if let Some(files) = &release.files {
        return json(files);
    }
    // Releases made before they listed their files.
    let card = Hash::of(release.card.as_bytes());
    let mut all = vec![ReleaseFile {
        name: "README.md".into(),
        media_type: super::folder::MARKDOWN.into(),
        bytes: release.card.len() as u64,
        sha256: card,
        content: false,
    }];
    let others = [
        (&release.manifest_hash, "manifest.json", super::folder::JSON, false),
        (&release.jsonl_hash, "rows.jsonl", super::folder::JSONL, true),
        (&release.parquet_hash, "data/train-00000-of-00001.parquet", super::folder::PARQUET, true),
    ];
    for (hash, name, media_type, content) in others {
        let Some(hash) = hash else { continue };
        let sha256 = parse_hash(hash)?;
        let bytes = app.store.blobs().len(sha256).await?;
        all.push(ReleaseFile { name: name.into(), media_type: media_type.into(), bytes, sha256, content });
    }
    Ok(all)
}

pub(crate) fn slug(name: &str) -> String {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    if words.is_empty() { "datanet".into() } else { words.join("-") }
}

/// All rows of a release that may be handed out.
pub(crate) async fn all_rows(app: &App, release: &Stored) -> Result<Vec<Row>, Problem> {
    standing(app.store.db(), release).await?;
    let hash = release.jsonl_hash.as_deref();
    let hash = hash.ok_or_else(|| Problem::internal("A ready release has no rows file."))?;
    let bytes = app.store.blobs().get(parse_hash(hash)?).await?;
    bytes
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            serde_json::from_slice(line).map_err(|e| Problem::internal(format!("A stored row: {e}.")))
        })
        .collect()
}

pub(crate) async fn ready(app: &App, id: ReleaseId) -> Result<Stored, Problem> {
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
