//! Sequences that look planted: written when a release is cut, dismissed by a person.

use crate::entity::alert;
use crate::{Conn, Result, Tx};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

/// Writes an alert.
pub async fn insert(tx: &Tx, row: alert::Model) -> Result<()> {
    alert::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// One alert.
pub async fn get(conn: &impl Conn, id: Uuid) -> Result<Option<alert::Model>> {
    Ok(alert::Entity::find_by_id(id).one(conn).await?)
}

/// A datanet's alerts, newest first.
pub async fn of_datanet(conn: &impl Conn, datanet: Uuid) -> Result<Vec<alert::Model>> {
    Ok(alert::Entity::find()
        .filter(alert::Column::DatanetId.eq(datanet))
        .order_by_desc(alert::Column::Id)
        .all(conn)
        .await?)
}

/// Which submissions an open alert names.
pub async fn widen(tx: &Tx, id: Uuid, submissions: String) -> Result<()> {
    alert::Entity::update_many()
        .col_expr(alert::Column::Submissions, Expr::value(submissions))
        .filter(alert::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Marks an alert as looked at and found harmless; false when it was already.
pub async fn dismiss(tx: &Tx, id: Uuid, by: Option<Uuid>, reason: &str, now: i64) -> Result<bool> {
    let done = alert::Entity::update_many()
        .col_expr(alert::Column::DismissedAt, Expr::value(now))
        .col_expr(alert::Column::DismissedBy, Expr::value(by))
        .col_expr(alert::Column::Reason, Expr::value(reason))
        .filter(alert::Column::Id.eq(id))
        .filter(alert::Column::DismissedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}
