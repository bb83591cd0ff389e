//! What contents are recognised by, under which keys, and who is credited for a cluster.

use crate::entity::{band, print, submission};
use crate::{Conn, Result, Tx};
use karat_types::RejectReason;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{BTreeMap, HashMap};

/// Keys of one statement and rows of one INSERT: SQLite takes 32,766 values a statement.
const PER_STATEMENT: usize = 5_000;

/// Whose content is looked for, and where.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// The datanet.
    pub datanet: Uuid,
    /// Of this contributor also what was taken back counts: nobody earns twice.
    pub contributor: Uuid,
    /// The submission itself, which is no copy of itself.
    pub except: Uuid,
}

impl Scope {
    fn condition(&self) -> Condition {
        use submission::Column as C;
        let theirs = Condition::any()
            .add(C::ContributorId.eq(self.contributor))
            .add(C::State.is_not_in(["withdrawn", "voided"]));
        Condition::all()
            .add(C::Id.ne(self.except))
            .add(C::State.is_not_in(["checking", "refused"]))
            .add(theirs)
    }
}

/// A content that may be a copy.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its submission.
    pub submission: Uuid,
    /// Who sent it.
    pub contributor: Uuid,
    /// Where it stands.
    pub state: String,
    /// Its cluster, named by its earliest submission.
    pub cluster: Uuid,
    /// When it was decided on, µs since 1970.
    pub decided_at: Option<i64>,
    /// JSON list of reject reasons.
    pub reasons: Option<String>,
    /// The gate's prints, encoded.
    pub prints: Vec<u8>,
}

/// Who is stored under these keys (band, hash): submission, band and number of keys.
pub async fn hits(conn: &impl Conn, scope: Scope, keys: &[(i32, i64)]) -> Result<Vec<(Uuid, i32, i64)>> {
    let mut out = Vec::new();
    for part in keys.chunks(PER_STATEMENT) {
        let mut bands: BTreeMap<i32, Vec<i64>> = BTreeMap::new();
        for (band, hash) in part {
            bands.entry(*band).or_default().push(*hash);
        }
        let one = |(of, hashes): (i32, Vec<i64>)| {
            let keys = band::Column::Hash.is_in(hashes);
            band::Column::DatanetId.eq(scope.datanet).and(band::Column::Band.eq(of)).and(keys)
        };
        let any = bands.into_iter().map(one).fold(Condition::any(), Condition::add);
        let to_submission = band::Entity::belongs_to(submission::Entity)
            .from(band::Column::SubmissionId)
            .to(submission::Column::Id)
            .into();
        let found: Vec<(Uuid, i32, i64)> = band::Entity::find()
            .select_only()
            .column(band::Column::SubmissionId)
            .column(band::Column::Band)
            .column_as(band::Column::Hash.count(), "n")
            .join(JoinType::InnerJoin, to_submission)
            .filter(any)
            .filter(scope.condition())
            .group_by(band::Column::SubmissionId)
            .group_by(band::Column::Band)
            .into_tuple()
            .all(conn)
            .await?;
        out.extend(found);
    }
    Ok(out)
}

/// Submission, prints, contributor, state, cluster, decision and reasons.
type Found = (Uuid, Vec<u8>, Uuid, String, Option<Uuid>, Option<i64>, Option<String>);

/// The prints of these submissions, the earliest first.
pub async fn candidates(conn: &impl Conn, ids: &[Uuid]) -> Result<Vec<Candidate>> {
    use submission::Column as C;
    let mut out = Vec::new();
    for part in ids.chunks(PER_STATEMENT) {
        let to_submission =
            print::Entity::belongs_to(submission::Entity).from(print::Column::SubmissionId).to(C::Id).into();
        let found: Vec<Found> = print::Entity::find()
            .select_only()
            .column(print::Column::SubmissionId)
            .column(print::Column::Prints)
            .column(C::ContributorId)
            .column(C::State)
            .column(C::ClusterId)
            .column(C::DecidedAt)
            .column(C::Reasons)
            .join(JoinType::InnerJoin, to_submission)
            .filter(print::Column::SubmissionId.is_in(part.iter().copied()))
            .into_tuple()
            .all(conn)
            .await?;
        let one = |(id, prints, contributor, state, cluster, decided_at, reasons): Found| Candidate {
            submission: id,
            contributor,
            state,
            cluster: cluster.unwrap_or(id),
            decided_at,
            reasons,
            prints,
        };
        out.extend(found.into_iter().map(one));
    }
    out.sort_by_key(|candidate| candidate.submission);
    Ok(out)
}

/// The first `bytes` of the prints of the `most` newest accepted submissions of a datanet,
/// the oldest of them first.
pub async fn accepted_heads(
    conn: &impl Conn,
    datanet: Uuid,
    most: u64,
    bytes: usize,
) -> Result<Vec<Vec<u8>>> {
    use submission::Column as C;
    let bytes = i32::try_from(bytes).unwrap_or(i32::MAX);
    let whole = Expr::col((print::Entity, print::Column::Prints));
    // Both databases have it for bytes, and read no more of a long value than is asked.
    let head = Func::cust("substr").args([whole, Expr::value(1_i32), Expr::value(bytes)]);
    let to_submission =
        print::Entity::belongs_to(submission::Entity).from(print::Column::SubmissionId).to(C::Id).into();
    let mut found: Vec<Vec<u8>> = print::Entity::find()
        .select_only()
        .column_as(Expr::from(head), "head")
        .join(JoinType::InnerJoin, to_submission)
        .filter(C::DatanetId.eq(datanet))
        .filter(C::State.eq("accepted"))
        .order_by_desc(C::Id)
        .limit(most)
        .into_tuple()
        .all(conn)
        .await?;
    found.reverse();
    Ok(found)
}

/// Remembers what a submission's content is recognised by, in place of what was known.
pub async fn remember(
    tx: &Tx,
    datanet: Uuid,
    submission: Uuid,
    prints: Vec<u8>,
    keys: &[(i32, i64)],
) -> Result<()> {
    print::Entity::delete_by_id(submission).exec(tx).await?;
    band::Entity::delete_many().filter(band::Column::SubmissionId.eq(submission)).exec(tx).await?;
    let row = print::Model { submission_id: submission, prints };
    print::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    for part in keys.chunks(PER_STATEMENT) {
        let rows = part.iter().map(|&(band, hash)| {
            band::Model { datanet_id: datanet, band, hash, submission_id: submission }.into_active_model()
        });
        band::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Makes one cluster of several: their submissions now belong to `to`.
pub async fn merge(tx: &Tx, datanet: Uuid, clusters: &[Uuid], to: Uuid) -> Result<()> {
    use submission::Column as C;
    submission::Entity::update_many()
        .col_expr(C::ClusterId, Expr::value(to))
        .filter(C::DatanetId.eq(datanet))
        .filter(C::ClusterId.is_in(clusters.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether one of the reasons, a JSON list, gives the content free for others.
pub fn frees(reasons: &str) -> bool {
    let freeing = RejectReason::ALL.iter().filter(|reason| reason.frees());
    freeing.map(|reason| format!("\"{reason}\"")).any(|reason| reasons.contains(&reason))
}

/// Who is credited for these clusters: the contributor of the earliest submission of each
/// that was not taken back, nor rejected as something that was not theirs to give.
pub async fn credited_of(conn: &impl Conn, clusters: &[Uuid]) -> Result<HashMap<Uuid, Uuid>> {
    use submission::Column as C;
    let mut first: HashMap<Uuid, Uuid> = HashMap::new();
    for part in clusters.chunks(PER_STATEMENT) {
        let members: Vec<(Option<Uuid>, Uuid, String, Option<String>)> = submission::Entity::find()
            .select_only()
            .columns([C::ClusterId, C::ContributorId, C::State, C::Reasons])
            .filter(C::ClusterId.is_in(part.iter().copied()))
            .filter(C::State.is_not_in(["withdrawn", "voided"]))
            .order_by_asc(C::Id)
            .into_tuple()
            .all(conn)
            .await?;
        for (cluster, contributor, state, reasons) in members {
            let freed = state == "rejected" && reasons.as_deref().is_some_and(frees);
            if let Some(cluster) = cluster.filter(|_| !freed) {
                first.entry(cluster).or_insert(contributor);
            }
        }
    }
    Ok(first)
}
