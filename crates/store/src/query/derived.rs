//! Files made from submissions: which blobs they are.

use crate::entity::derived;
use crate::{Conn, Result, Tx};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

/// Writes what was made of a submission, in place of what was there.
pub async fn replace(tx: &Tx, submission: Uuid, rows: Vec<derived::Model>) -> Result<()> {
    derived::Entity::delete_many().filter(derived::Column::SubmissionId.eq(submission)).exec(tx).await?;
    if !rows.is_empty() {
        let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
        derived::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Everything made of a submission, by kind.
pub async fn of(conn: &impl Conn, submission: Uuid) -> Result<Vec<derived::Model>> {
    Ok(derived::Entity::find()
        .filter(derived::Column::SubmissionId.eq(submission))
        .order_by_asc(derived::Column::Kind)
        .all(conn)
        .await?)
}
