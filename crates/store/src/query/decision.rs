//! Decisions: pending ones that can be undone, final ones with a gap-free number.

use crate::entity::{abstention, counter, decision, pending_decision, submission};
use crate::{Conn, Result, StoreError, Tx};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

const COUNTER: &str = "decision";

/// The next number. The counter's row is held until the transaction ends: a number given
/// out in a transaction that never commits is given out again, so there are no gaps, and
/// decisions become visible in the order of their numbers.
pub async fn next_seq(tx: &Tx) -> Result<i64> {
    let first = counter::Model { name: COUNTER.to_owned(), value: 1 };
    let add_one = OnConflict::column(counter::Column::Name)
        .value(counter::Column::Value, Expr::col((counter::Entity, counter::Column::Value)).add(1))
        .to_owned();
    let row = counter::Entity::insert(first.into_active_model())
        .on_conflict(add_one)
        .exec_with_returning(tx)
        .await?;
    Ok(row.value)
}

/// Writes a final decision.
pub async fn insert(tx: &Tx, row: decision::Model) -> Result<()> {
    decision::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// A decision and whether its submission was marked *trial*.
pub type WithTrial = (decision::Model, bool);

/// Decisions after number `seq`, in order.
pub async fn after(conn: &impl Conn, seq: i64, limit: u64) -> Result<Vec<WithTrial>> {
    let found = decision::Entity::find().filter(decision::Column::Seq.gt(seq));
    with_trial(conn, found.order_by_asc(decision::Column::Seq).limit(limit)).await
}

/// A contributor's decisions of a season, in order.
pub async fn of_contributor(conn: &impl Conn, contributor: Uuid, season: i64) -> Result<Vec<WithTrial>> {
    let found = decision::Entity::find()
        .filter(decision::Column::ContributorId.eq(contributor))
        .filter(decision::Column::Season.eq(season));
    with_trial(conn, found.order_by_asc(decision::Column::Seq)).await
}

async fn with_trial(conn: &impl Conn, found: sea_orm::Select<decision::Entity>) -> Result<Vec<WithTrial>> {
    let relation = decision::Entity::belongs_to(submission::Entity)
        .from(decision::Column::SubmissionId)
        .to(submission::Column::Id);
    let rows =
        found.join(JoinType::InnerJoin, relation.into()).select_also(submission::Entity).all(conn).await?;
    Ok(rows.into_iter().map(|(row, of)| (row, of.is_some_and(|s| s.trial))).collect())
}

/// How many decisions this person made since a moment, pending ones included.
pub async fn made_since(conn: &impl Conn, account: Uuid, since: i64) -> Result<Vec<(Uuid, i64)>> {
    let done: Vec<(Uuid, i64)> = decision::Entity::find()
        .select_only()
        .column(decision::Column::DatanetId)
        .column_as(decision::Column::Seq.count(), "n")
        .filter(decision::Column::AccountId.eq(account))
        .filter(decision::Column::CreatedAt.gte(since))
        .group_by(decision::Column::DatanetId)
        .into_tuple()
        .all(conn)
        .await?;
    let relation = pending_decision::Entity::belongs_to(submission::Entity)
        .from(pending_decision::Column::SubmissionId)
        .to(submission::Column::Id);
    let pending: Vec<(Uuid, i64)> = pending_decision::Entity::find()
        .select_only()
        .column(submission::Column::DatanetId)
        .column_as(pending_decision::Column::SubmissionId.count(), "n")
        .join(JoinType::InnerJoin, relation.into())
        .filter(pending_decision::Column::AccountId.eq(account))
        .group_by(submission::Column::DatanetId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(done.into_iter().chain(pending).collect())
}

/// Puts a decision where it can still be undone; false when the submission has one.
pub async fn insert_pending(tx: &Tx, row: pending_decision::Model) -> Result<bool> {
    let written = pending_decision::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([pending_decision::Column::SubmissionId])
        .exec_without_returning(tx)
        .await?;
    Ok(matches!(written, sea_orm::TryInsertResult::Inserted(n) if n > 0))
}

/// The pending decision on a submission.
pub async fn pending(conn: &impl Conn, submission: Uuid) -> Result<Option<pending_decision::Model>> {
    Ok(pending_decision::Entity::find_by_id(submission).one(conn).await?)
}

/// The pending decision on a submission, held until the transaction ends.
pub async fn lock_pending(tx: &Tx, submission: Uuid) -> Result<Option<pending_decision::Model>> {
    Ok(pending_decision::Entity::find_by_id(submission).lock(LockType::Update).one(tx).await?)
}

/// Removes a pending decision.
pub async fn delete_pending(tx: &Tx, submission: Uuid) -> Result<()> {
    pending_decision::Entity::delete_by_id(submission).exec(tx).await?;
    Ok(())
}

/// Records that a reviewer cannot judge a submission; twice is once.
pub async fn abstain(tx: &Tx, row: abstention::Model) -> Result<()> {
    abstention::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([abstention::Column::SubmissionId, abstention::Column::AccountId])
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The number of the last decision, 0 before the first.
pub async fn last_seq(conn: &impl Conn) -> Result<i64> {
    let row = counter::Entity::find_by_id(COUNTER).one(conn).await?;
    Ok(row.map_or(0, |row| row.value))
}

/// How many decisions there are; equals [`last_seq`], or numbers were lost.
pub async fn count(conn: &impl Conn) -> Result<u64> {
    decision::Entity::find().count(conn).await.map_err(StoreError::from)
}
