//! Releases and what they hold.

use crate::entity::{contributor, decision, derived, release, release_item, submission};
use crate::query::near;
use crate::{Conn, Result, StoreError, Tx};
use karat_types::id::{AccountId, ContributorId, DatanetId, ReleaseId, SubmissionId};
use karat_types::{Hash, Micros, ReleaseState, SubmissionState};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeSet;

/// Rows of one INSERT: SQLite takes 32,766 values a statement.
const PER_INSERT: usize = 500;

/// An accepted submission that a new release will hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The submission.
    pub submission: SubmissionId,
    /// Whose it is.
    pub contributor: ContributorId,
    /// The earliest submission of the same or nearly the same content; often itself.
    pub cluster: SubmissionId,
    /// Whose the cluster is: the contributor of that earliest submission.
    pub credited: ContributorId,
}

/// A release to begin.
pub struct NewRelease {
    /// Its id.
    pub id: ReleaseId,
    /// The datanet.
    pub datanet: DatanetId,
    /// 1, 2, 3 …
    pub version: i32,
    /// Who asked for it.
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Micros,
    /// What waits, JSON.
    pub plan: String,
}

/// One submission of a release, with what the builder needs to know of it.
#[derive(Clone, Debug)]
pub struct Item {
    /// The submission.
    pub submission: SubmissionId,
    /// Whose it is.
    pub contributor: ContributorId,
    /// Their name.
    pub contributor_name: String,
    /// Declared licence.
    pub licence: String,
    /// The content's blob.
    pub content_hash: Hash,
    /// What the content is.
    pub media_type: Option<String>,
    /// Its name when it was offered.
    pub file_name: String,
    /// How it was made, as declared.
    pub source_type: String,
    /// Validation score.
    pub score: Option<i32>,
    /// The transcript that came with a recording.
    pub transcript: Option<String>,
    /// Files made from it.
    pub derived: Vec<derived::Model>,
    /// Index of its first row.
    pub first_row: u64,
    /// Number of its rows.
    pub rows: u64,
}

/// What a build found.
pub struct Finished {
    /// Merkle root over the rows.
    pub root: Hash,
    /// Number of rows.
    pub rows: u64,
    /// Number of contributors.
    pub contributors: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// Licences, JSON.
    pub licences: String,
    /// The most restrictive class.
    pub licence_class: String,
    /// Dataset card.
    pub card: String,
    /// Blob of the manifest.
    pub manifest: Hash,
    /// Blob of the rows as JSONL.
    pub jsonl: Hash,
    /// Blob of the rows as Parquet, or of the first part.
    pub parquet: Hash,
    /// Every file, JSON.
    pub files: String,
    /// What waits, JSON.
    pub plan: String,
}

/// Everything accepted in a datanet now, in the order of submission.
pub async fn accepted(conn: &impl Conn, datanet: DatanetId) -> Result<Vec<Accepted>> {
    let found: Vec<(Uuid, Uuid, Option<Uuid>)> = submission::Entity::find()
        .select_only()
        .columns([submission::Column::Id, submission::Column::ContributorId, submission::Column::ClusterId])
        .filter(submission::Column::DatanetId.eq(datanet.0))
        .filter(submission::Column::State.eq(SubmissionState::Accepted.as_str()))
        .order_by_asc(submission::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let firsts: BTreeSet<Uuid> =
        found.iter().filter_map(|(id, _, first)| first.filter(|f| f != id)).collect();
    let owners = near::credited_of(conn, &firsts.into_iter().collect::<Vec<_>>()).await?;
    let known = |(submission, contributor, first): (Uuid, Uuid, Option<Uuid>)| {
        let cluster = first.unwrap_or(submission);
        Accepted {
            submission: SubmissionId(submission),
            contributor: ContributorId(contributor),
            cluster: SubmissionId(cluster),
            credited: ContributorId(owners.get(&cluster).copied().unwrap_or(contributor)),
        }
    };
    Ok(found.into_iter().map(known).collect())
}

/// The datanet's last release.
pub async fn newest(conn: &impl Conn, datanet: DatanetId) -> Result<Option<release::Model>> {
    Ok(release::Entity::find()
        .filter(release::Column::DatanetId.eq(datanet.0))
        .order_by_desc(release::Column::Version)
        .one(conn)
        .await?)
}

/// Writes a release that is being built, with its settled list of submissions.
pub async fn insert(tx: &Tx, new: &NewRelease, items: &[Accepted]) -> Result<()> {
    release::Entity::insert(release::ActiveModel {
        id: Set(new.id.0),
        datanet_id: Set(new.datanet.0),
        version: Set(new.version),
        state: Set(ReleaseState::Building.as_str().into()),
        root: Set(None),
        rows: Set(0),
        submissions: Set(items.len() as i64),
        contributors: Set(0),
        bytes: Set(0),
        licences: Set(String::new()),
        licence_class: Set(None),
        card: Set(String::new()),
        manifest_hash: Set(None),
        jsonl_hash: Set(None),
        parquet_hash: Set(None),
        created_by: Set(new.created_by.map(|a| a.0)),
        created_at: Set(new.created_at.0),
        error: Set(None),
        files: Set(None),
        plan: Set(Some(new.plan.clone())),
        stopped_at: Set(None),
        stopped_why: Set(None),
    })
    .exec_without_returning(tx)
    .await?;
    for part in items.chunks(PER_INSERT) {
        let rows = part.iter().map(|i| release_item::ActiveModel {
            release_id: Set(new.id.0),
            submission_id: Set(i.submission.0),
            contributor_id: Set(i.contributor.0),
            first_row: Set(0),
            rows: Set(0),
        });
        release_item::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// A release.
pub async fn get(conn: &impl Conn, id: ReleaseId) -> Result<Option<release::Model>> {
    Ok(release::Entity::find_by_id(id.0).one(conn).await?)
}

/// A datanet's releases, newest first.
pub async fn of_datanet(conn: &impl Conn, datanet: DatanetId) -> Result<Vec<release::Model>> {
    Ok(release::Entity::find()
        .filter(release::Column::DatanetId.eq(datanet.0))
        .order_by_desc(release::Column::Version)
        .all(conn)
        .await?)
}

/// Which submissions a release holds.
pub async fn submissions_of(conn: &impl Conn, id: ReleaseId) -> Result<BTreeSet<SubmissionId>> {
    let found: Vec<Uuid> = release_item::Entity::find()
        .select_only()
        .column(release_item::Column::SubmissionId)
        .filter(release_item::Column::ReleaseId.eq(id.0))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().map(SubmissionId).collect())
}

/// What a release holds, in the order of submission.
pub async fn items(conn: &impl Conn, id: ReleaseId) -> Result<Vec<Item>> {
    let found = release_item::Entity::find()
        .filter(release_item::Column::ReleaseId.eq(id.0))
        .order_by_asc(release_item::Column::SubmissionId)
        .all(conn)
        .await?;
    let mut out = Vec::with_capacity(found.len());
    for part in found.chunks(PER_INSERT) {
        let submissions = submissions_by_id(conn, part).await?;
        let names = names_by_id(conn, part).await?;
        let ids: Vec<Uuid> = part.iter().map(|i| i.submission_id).collect();
        let derived = super::withdrawal::derived_of(conn, &ids).await?;
        for row in part {
            let s = submissions
                .get(&row.submission_id)
                .ok_or_else(|| StoreError::Other(format!("submission {} is gone", row.submission_id)))?;
            out.push(Item {
                submission: SubmissionId(row.submission_id),
                contributor: ContributorId(row.contributor_id),
                contributor_name: names.get(&row.contributor_id).cloned().unwrap_or_default(),
                licence: s.licence.clone(),
                content_hash: s
                    .content_hash
                    .parse()
                    .map_err(|e| StoreError::Other(format!("a stored hash: {e}")))?,
                media_type: s.media_type.clone(),
                file_name: s.file_name.clone(),
                source_type: s.source_type.clone(),
                score: s.score,
                transcript: s.transcript.clone(),
                derived: derived.iter().filter(|d| d.submission_id == s.id).cloned().collect(),
                first_row: row.first_row.cast_unsigned(),
                rows: row.rows.cast_unsigned(),
            });
        }
    }
    Ok(out)
}

type ById<T> = std::collections::HashMap<Uuid, T>;

async fn submissions_by_id(
    conn: &impl Conn,
    part: &[release_item::Model],
) -> Result<ById<submission::Model>> {
    let rows = submission::Entity::find()
        .filter(submission::Column::Id.is_in(part.iter().map(|i| i.submission_id)))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|s| (s.id, s)).collect())
}

async fn names_by_id(conn: &impl Conn, part: &[release_item::Model]) -> Result<ById<String>> {
    let ids: BTreeSet<_> = part.iter().map(|i| i.contributor_id).collect();
    let rows = contributor::Entity::find().filter(contributor::Column::Id.is_in(ids)).all(conn).await?;
    Ok(rows.into_iter().map(|c| (c.id, c.name)).collect())
}

/// Submissions as they are stored, and their last decisions: what an item's record says.
pub async fn records(
    conn: &impl Conn,
    ids: &[Uuid],
) -> Result<Vec<(submission::Model, Option<decision::Model>)>> {
    let rows = submission::Entity::find()
        .filter(submission::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(submission::Column::Id)
        .all(conn)
        .await?;
    let decided = decision::Entity::find()
        .filter(decision::Column::SubmissionId.is_in(ids.iter().copied()))
        .order_by_asc(decision::Column::Seq)
        .all(conn)
        .await?;
    let mut last: ById<decision::Model> = decided.into_iter().map(|d| (d.submission_id, d)).collect();
    Ok(rows.into_iter().map(|s| (last.remove(&s.id), s)).map(|(d, s)| (s, d)).collect())
}

/// Whose the clusters of these submissions are, by the submission; only where it is
/// somebody else's.
pub async fn credited(
    conn: &impl Conn,
    rows: &[&submission::Model],
) -> Result<std::collections::HashMap<Uuid, ContributorId>> {
    let firsts: Vec<Uuid> = rows.iter().filter_map(|s| s.cluster_id).collect();
    let owners = near::credited_of(conn, &firsts).await?;
    let of = |s: &&submission::Model| {
        let owner = s.cluster_id.and_then(|first| owners.get(&first).copied());
        owner.map(|owner| (s.id, ContributorId(owner)))
    };
    Ok(rows.iter().filter_map(of).collect())
}

/// Makes a built release ready.
pub async fn finish(tx: &Tx, id: ReleaseId, done: &Finished, items: &[Item]) -> Result<()> {
    release::Entity::update(release::ActiveModel {
        id: Set(id.0),
        state: Set(ReleaseState::Ready.as_str().into()),
        root: Set(Some(done.root.hex())),
        rows: Set(done.rows.cast_signed()),
        contributors: Set(done.contributors.cast_signed()),
        bytes: Set(done.bytes.cast_signed()),
        licences: Set(done.licences.clone()),
        licence_class: Set(Some(done.licence_class.clone())),
        card: Set(done.card.clone()),
        manifest_hash: Set(Some(done.manifest.hex())),
        jsonl_hash: Set(Some(done.jsonl.hex())),
        parquet_hash: Set(Some(done.parquet.hex())),
        submissions: Set(items.len() as i64),
        files: Set(Some(done.files.clone())),
        plan: Set(Some(done.plan.clone())),
        ..Default::default()
    })
    .exec(tx)
    .await?;
    for item in items {
        release_item::Entity::update_many()
            .col_expr(release_item::Column::FirstRow, Expr::value(item.first_row.cast_signed()))
            .col_expr(release_item::Column::Rows, Expr::value(item.rows.cast_signed()))
            .filter(release_item::Column::ReleaseId.eq(id.0))
            .filter(release_item::Column::SubmissionId.eq(item.submission.0))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Marks a release that could not be built.
pub async fn fail(tx: &Tx, id: ReleaseId, error: &str) -> Result<()> {
    release::Entity::update(release::ActiveModel {
        id: Set(id.0),
        state: Set(ReleaseState::Failed.as_str().into()),
        error: Set(Some(error.into())),
        ..Default::default()
    })
    .exec(tx)
    .await?;
    Ok(())
}
