//! Submissions: rows, a contributor's list, and what a reviewer sees next.

use crate::entity::{abstention, datanet, pending_decision, release, release_item, submission};
use crate::{Conn, Result, Tx};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

/// Writes a new submission.
pub async fn insert(tx: &Tx, row: submission::Model) -> Result<()> {
    submission::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// One submission.
pub async fn get(conn: &impl Conn, id: Uuid) -> Result<Option<submission::Model>> {
    Ok(submission::Entity::find_by_id(id).one(conn).await?)
}

/// One submission, its row held until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<submission::Model>> {
    Ok(submission::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?)
}

/// Writes what the gate and the decision say; the file itself never changes.
pub async fn save_outcome(tx: &Tx, row: &submission::Model) -> Result<()> {
    use submission::Column as C;
    submission::Entity::update_many()
        .col_expr(C::State, Expr::value(row.state.clone()))
        .col_expr(C::NormalHash, Expr::value(row.normal_hash.clone()))
        .col_expr(C::GateVersion, Expr::value(row.gate_version))
        .col_expr(C::Score, Expr::value(row.score))
        .col_expr(C::MediaType, Expr::value(row.media_type.clone()))
        .col_expr(C::Verdict, Expr::value(row.verdict.clone()))
        .col_expr(C::CheckedAt, Expr::value(row.checked_at))
        .col_expr(C::DecidedAt, Expr::value(row.decided_at))
        .col_expr(C::Reasons, Expr::value(row.reasons.clone()))
        .col_expr(C::Note, Expr::value(row.note.clone()))
        .col_expr(C::SetAside, Expr::value(row.set_aside.clone()))
        .col_expr(C::Rules, Expr::value(row.rules.clone()))
        .col_expr(C::ClusterId, Expr::value(row.cluster_id))
        .filter(C::Id.eq(row.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// One page of a contributor's submissions, newest first; and how many there are.
pub async fn of_contributor(
    conn: &impl Conn,
    contributor: Uuid,
    after: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<submission::Model>, u64)> {
    let all = submission::Entity::find().filter(submission::Column::ContributorId.eq(contributor));
    let total = all.clone().count(conn).await?;
    let page = all
        .filter(Condition::all().add_option(after.map(|id| submission::Column::Id.lt(id))))
        .order_by_desc(submission::Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok((page, total))
}

/// The newest accepted submissions of a datanet.
pub async fn accepted(conn: &impl Conn, datanet: Uuid, limit: u64) -> Result<Vec<submission::Model>> {
    Ok(submission::Entity::find()
        .filter(submission::Column::DatanetId.eq(datanet))
        .filter(submission::Column::State.eq("accepted"))
        .order_by_desc(submission::Column::Id)
        .limit(limit)
        .all(conn)
        .await?)
}

/// The submissions of this content by this contributor in the datanet that the gate once
/// let through, whatever became of them, the earliest first.
pub async fn own_copies(
    conn: &impl Conn,
    datanet: Uuid,
    contributor: Uuid,
    exact: &str,
    normal: Option<&str>,
) -> Result<Vec<submission::Model>> {
    use submission::Column as C;
    let same =
        Condition::any().add(C::ContentHash.eq(exact)).add_option(normal.map(|hash| C::NormalHash.eq(hash)));
    Ok(submission::Entity::find()
        .filter(C::ContributorId.eq(contributor))
        .filter(C::DatanetId.eq(datanet))
        .filter(C::State.is_not_in(["checking", "refused"]))
        .filter(same)
        .order_by_asc(C::Id)
        .all(conn)
        .await?)
}

/// The ready releases each submission is in: (submission, release, version).
pub async fn releases(conn: &impl Conn, ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid, i32)>> {
    Ok(release_item::Entity::find()
        .select_only()
        .column(release_item::Column::SubmissionId)
        .column(release::Column::Id)
        .column(release::Column::Version)
        .join(
            sea_orm::JoinType::InnerJoin,
            release_item::Entity::belongs_to(release::Entity)
                .from(release_item::Column::ReleaseId)
                .to(release::Column::Id)
                .into(),
        )
        .filter(release_item::Column::SubmissionId.is_in(ids.iter().copied()))
        .filter(release::Column::State.eq("ready"))
        .order_by_asc(release::Column::Version)
        .into_tuple()
        .all(conn)
        .await?)
}

/// Who looks at a queue.
#[derive(Clone, Copy, Debug)]
pub struct Reviewer {
    /// Whoever could not judge an item is not asked again.
    pub account: Uuid,
    /// Nobody reviews their own.
    pub contributor: Uuid,
}

/// What waits for this reviewer: undecided, not their own, not given up by them.
fn waiting(reviewer: Reviewer) -> Select<submission::Entity> {
    let pending = Query::select()
        .column(pending_decision::Column::SubmissionId)
        .from(pending_decision::Entity)
        .to_owned();
    let given_up = Query::select()
        .column(abstention::Column::SubmissionId)
        .from(abstention::Entity)
        .and_where(Expr::col(abstention::Column::AccountId).eq(reviewer.account))
        .to_owned();
    submission::Entity::find()
        .filter(submission::Column::State.is_in(["held", "in_review"]))
        .filter(submission::Column::SetAside.is_null())
        .filter(submission::Column::ContributorId.ne(reviewer.contributor))
        .filter(submission::Column::Id.not_in_subquery(pending))
        .filter(submission::Column::Id.not_in_subquery(given_up))
}

/// The next item of a datanet's queue: held ones first, then the oldest.
pub async fn next_waiting(
    conn: &impl Conn,
    datanet: Uuid,
    reviewer: Reviewer,
    skip: &[Uuid],
) -> Result<Option<submission::Model>> {
    let held_first = Expr::case(submission::Column::State.eq("held"), 0).finally(1);
    Ok(waiting(reviewer)
        .filter(submission::Column::DatanetId.eq(datanet))
        .filter(submission::Column::Id.is_not_in(skip.iter().copied()))
        .order_by(Expr::expr(held_first), Order::Asc)
        .order_by_asc(submission::Column::Id)
        .one(conn)
        .await?)
}

/// How many wait, by datanet; all datanets, or only those of one owner.
pub async fn count_waiting(
    conn: &impl Conn,
    reviewer: Reviewer,
    owner: Option<Uuid>,
) -> Result<Vec<(Uuid, i64)>> {
    let mut found = waiting(reviewer);
    if let Some(owner) = owner {
        let theirs = Query::select()
            .column(datanet::Column::Id)
            .from(datanet::Entity)
            .and_where(Expr::col(datanet::Column::OwnerId).eq(owner))
            .to_owned();
        found = found.filter(submission::Column::DatanetId.in_subquery(theirs));
    }
    Ok(found
        .select_only()
        .column(submission::Column::DatanetId)
        .column_as(submission::Column::Id.count(), "n")
        .group_by(submission::Column::DatanetId)
        .into_tuple()
        .all(conn)
        .await?)
}

/// What waits for the operator, the oldest first; all of it or for one reason.
pub async fn set_aside(conn: &impl Conn, why: Option<&str>) -> Result<Vec<submission::Model>> {
    let why = why.map(|why| submission::Column::SetAside.eq(why));
    Ok(submission::Entity::find()
        .filter(submission::Column::SetAside.is_not_null())
        .filter(Condition::all().add_option(why))
        .order_by_asc(submission::Column::Id)
        .all(conn)
        .await?)
}

/// How many wait for the operator, by reason.
pub async fn count_set_aside(conn: &impl Conn) -> Result<Vec<(String, i64)>> {
    Ok(submission::Entity::find()
        .select_only()
        .column(submission::Column::SetAside)
        .column_as(submission::Column::Id.count(), "n")
        .filter(submission::Column::SetAside.is_not_null())
        .group_by(submission::Column::SetAside)
        .into_tuple()
        .all(conn)
        .await?)
}

/// One page of what has a verdict that can be replayed, in order; of one datanet or all.
pub async fn judged(
    conn: &impl Conn,
    datanet: Option<Uuid>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<submission::Model>> {
    use submission::Column as C;
    let which = Condition::all()
        .add_option(datanet.map(|id| C::DatanetId.eq(id)))
        .add_option(after.map(|id| C::Id.gt(id)))
        .add(C::Verdict.is_not_null())
        .add(C::Rules.is_not_null());
    Ok(submission::Entity::find().filter(which).order_by_asc(C::Id).limit(limit).all(conn).await?)
}
