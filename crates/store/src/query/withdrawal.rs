//! What is taken back: tombstones, the releases that stop, and who still needs a blob.

use crate::entity::{derived, model, release, release_item, run, submission, tombstone};
use crate::{Conn, Result, Tx};
use karat_types::id::ReleaseId;
use karat_types::{Hash, ReleaseState, SubmissionState};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::BTreeSet;

/// Leaves a tombstone; one is enough.
pub async fn bury(tx: &Tx, row: tombstone::Model) -> Result<()> {
    let once = OnConflict::column(tombstone::Column::SubmissionId).do_nothing().to_owned();
    tombstone::Entity::insert(row.into_active_model()).on_conflict(once).exec_without_returning(tx).await?;
    Ok(())
}

/// The tombstone of a submission.
pub async fn tombstone(conn: &impl Conn, submission: Uuid) -> Result<Option<tombstone::Model>> {
    Ok(tombstone::Entity::find_by_id(submission).one(conn).await?)
}

/// The releases that hold a submission and are ready, oldest first.
pub async fn releases_with(conn: &impl Conn, submission: Uuid) -> Result<Vec<release::Model>> {
    let ids: Vec<Uuid> = release_item::Entity::find()
        .select_only()
        .column(release_item::Column::ReleaseId)
        .filter(release_item::Column::SubmissionId.eq(submission))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(release::Entity::find()
        .filter(release::Column::Id.is_in(ids))
        .filter(release::Column::State.eq(ReleaseState::Ready.as_str()))
        .order_by_asc(release::Column::Version)
        .all(conn)
        .await?)
}

/// Stops a release; the first reason stays.
pub async fn stop(tx: &Tx, id: ReleaseId, why: &str, now: i64) -> Result<()> {
    release::Entity::update_many()
        .col_expr(release::Column::StoppedAt, Expr::value(now))
        .col_expr(release::Column::StoppedWhy, Expr::value(why))
        .filter(release::Column::Id.eq(id.0))
        .filter(release::Column::StoppedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// The first release of the datanet after `version` that is ready and not stopped.
pub async fn next_standing(conn: &impl Conn, datanet: Uuid, version: i32) -> Result<Option<release::Model>> {
    Ok(release::Entity::find()
        .filter(release::Column::DatanetId.eq(datanet))
        .filter(release::Column::Version.gt(version))
        .filter(release::Column::State.eq(ReleaseState::Ready.as_str()))
        .filter(release::Column::StoppedAt.is_null())
        .order_by_asc(release::Column::Version)
        .one(conn)
        .await?)
}

/// Runs that trained on one of these releases, continued from one of these adapters or
/// sat on one of these bases.
pub async fn runs_on(conn: &impl Conn, releases: &[Uuid], models: &[Uuid]) -> Result<Vec<run::Model>> {
    Ok(run::Entity::find()
        .filter(
            Condition::any()
                .add(run::Column::ReleaseId.is_in(releases.iter().copied()))
                .add(run::Column::InitAdapterId.is_in(models.iter().copied()))
                .add(run::Column::BaseId.is_in(models.iter().copied())),
        )
        .order_by_asc(run::Column::Id)
        .all(conn)
        .await?)
}

/// The stopped releases among these.
pub async fn stopped(conn: &impl Conn, releases: &[Uuid]) -> Result<Vec<release::Model>> {
    Ok(release::Entity::find()
        .filter(release::Column::Id.is_in(releases.iter().copied()))
        .filter(release::Column::StoppedAt.is_not_null())
        .all(conn)
        .await?)
}

/// The files made from a submission.
pub async fn derived_of(conn: &impl Conn, submissions: &[Uuid]) -> Result<Vec<derived::Model>> {
    Ok(derived::Entity::find()
        .filter(derived::Column::SubmissionId.is_in(submissions.iter().copied()))
        .all(conn)
        .await?)
}

/// Which of these submissions are not accepted (any more).
pub async fn not_accepted(conn: &impl Conn, submissions: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    let mut out = BTreeSet::new();
    for part in submissions.chunks(500) {
        let found: Vec<Uuid> = submission::Entity::find()
            .select_only()
            .column(submission::Column::Id)
            .filter(submission::Column::Id.is_in(part.iter().copied()))
            .filter(submission::Column::State.ne(SubmissionState::Accepted.as_str()))
            .into_tuple()
            .all(conn)
            .await?;
        out.extend(found);
    }
    Ok(out)
}

/// Takes submissions out of a release that is still being built.
pub async fn take_out(tx: &Tx, release: ReleaseId, submissions: &BTreeSet<Uuid>) -> Result<()> {
    release_item::Entity::delete_many()
        .filter(release_item::Column::ReleaseId.eq(release.0))
        .filter(release_item::Column::SubmissionId.is_in(submissions.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Rows that may need a blob, besides the files of stopped releases.
pub async fn needed(conn: &impl Conn, hash: Hash) -> Result<bool> {
    let hex = hash.hex();
    Ok(by_submission(conn, &hex).await? || by_release(conn, &hex).await? || by_model(conn, &hex).await?)
}

const GONE: [&str; 2] = ["withdrawn", "voided"];

async fn by_submission(conn: &impl Conn, hex: &str) -> Result<bool> {
    let originals = submission::Entity::find()
        .filter(submission::Column::ContentHash.eq(hex))
        .filter(submission::Column::State.is_not_in(GONE))
        .count(conn)
        .await?;
    if originals > 0 {
        return Ok(true);
    }
    let owner = derived::Entity::belongs_to(submission::Entity)
        .from(derived::Column::SubmissionId)
        .to(submission::Column::Id)
        .into();
    let made = derived::Entity::find()
        .join(JoinType::InnerJoin, owner)
        .filter(derived::Column::Hash.eq(hex))
        .filter(submission::Column::State.is_not_in(GONE))
        .count(conn)
        .await?;
    Ok(made > 0)
}

/// Releases that stand need all of their files, stopped ones all but their content.
async fn by_release(conn: &impl Conn, hex: &str) -> Result<bool> {
    use release::Column as C;
    let named = release::Entity::find()
        .filter(
            Condition::any()
                .add(C::ManifestHash.eq(hex))
                .add(C::JsonlHash.eq(hex))
                .add(C::ParquetHash.eq(hex))
                .add(C::Files.contains(hex)),
        )
        .all(conn)
        .await?;
    Ok(named.iter().any(|r| r.stopped_at.is_none() || kept_by_stopped(r, hex)))
}

fn kept_by_stopped(row: &release::Model, hex: &str) -> bool {
    let Some(files) = &row.files else {
        // Before releases listed their files: proofs are read from the rows.
        return true;
    };
    let files: Vec<serde_json::Value> = serde_json::from_str(files).unwrap_or_default();
    files.iter().any(|f| f["sha256"] == hex && f["content"] != true)
}

async fn by_model(conn: &impl Conn, hex: &str) -> Result<bool> {
    let runs = run::Entity::find()
        .filter(
            Condition::any().add(run::Column::FileHash.eq(hex)).add(run::Column::Checkpoint.contains(hex)),
        )
        .count(conn)
        .await?;
    if runs > 0 {
        return Ok(true);
    }
    let models = model::Entity::find()
        .filter(
            Condition::any()
                .add(model::Column::ManifestHash.eq(hex))
                .add(model::Column::Manifest.contains(hex)),
        )
        .count(conn)
        .await?;
    Ok(models > 0)
}
