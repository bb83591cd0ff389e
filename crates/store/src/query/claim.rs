//! Who was first: the owner of each cluster of equal content in a datanet.

use crate::entity::{claim, submission};
use crate::{Conn, Result, Tx};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter};

/// Equal byte for byte.
pub const EXACT: &str = "exact";
/// Equal once case, white space and form of characters are set aside.
pub const NORMAL: &str = "normal";

/// The claims on these hashes and the submissions that hold them, exact ones first.
pub async fn holders(
    conn: &impl Conn,
    datanet: Uuid,
    exact: &str,
    normal: Option<&str>,
) -> Result<Vec<(claim::Model, submission::Model)>> {
    let one = |kind: &str, hash: &str| {
        Condition::all().add(claim::Column::Kind.eq(kind)).add(claim::Column::Hash.eq(hash))
    };
    let claims = claim::Entity::find()
        .filter(claim::Column::DatanetId.eq(datanet))
        .filter(Condition::any().add(one(EXACT, exact)).add_option(normal.map(|hash| one(NORMAL, hash))))
        .all(conn)
        .await?;
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = claims.iter().map(|claim| claim.submission_id).collect();
    let holders = submission::Entity::find().filter(submission::Column::Id.is_in(ids)).all(conn).await?;
    let mut out: Vec<_> = claims
        .into_iter()
        .filter_map(|claim| {
            let holder = holders.iter().find(|row| row.id == claim.submission_id)?.clone();
            Some((claim, holder))
        })
        .collect();
    out.sort_by(|a, b| a.0.kind.cmp(&b.0.kind));
    Ok(out)
}

/// Gives up what the submission holds: it was refused after all.
pub async fn release(tx: &Tx, submission: Uuid) -> Result<()> {
    claim::Entity::delete_many().filter(claim::Column::SubmissionId.eq(submission)).exec(tx).await?;
    Ok(())
}

/// Makes the submission the holder of these clusters, whoever held them before.
pub async fn take(tx: &Tx, datanet: Uuid, clusters: &[(&str, &str)], submission: Uuid) -> Result<()> {
    let rows = clusters.iter().map(|(kind, hash)| {
        claim::Model {
            datanet_id: datanet,
            kind: (*kind).to_owned(),
            hash: (*hash).to_owned(),
            submission_id: submission,
        }
        .into_active_model()
    });
    let replace = OnConflict::columns([claim::Column::DatanetId, claim::Column::Kind, claim::Column::Hash])
        .update_column(claim::Column::SubmissionId)
        .to_owned();
    claim::Entity::insert_many(rows).on_conflict(replace).exec_without_returning(tx).await?;
    Ok(())
}
