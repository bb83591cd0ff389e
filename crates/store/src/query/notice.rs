//! Messages to contributors.

use crate::entity::notice;
use crate::{Conn, Result, Tx};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

/// Writes a notice.
pub async fn insert(tx: &Tx, row: notice::Model) -> Result<()> {
    notice::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// One page, newest first; and how many there are.
pub async fn list(
    conn: &impl Conn,
    contributor: Uuid,
    after: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<notice::Model>, u64)> {
    let all = notice::Entity::find().filter(notice::Column::ContributorId.eq(contributor));
    let total = all.clone().count(conn).await?;
    let page = all
        .filter(Condition::all().add_option(after.map(|id| notice::Column::Id.lt(id))))
        .order_by_desc(notice::Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok((page, total))
}

/// How many were not read.
pub async fn unread(conn: &impl Conn, contributor: Uuid) -> Result<u64> {
    Ok(notice::Entity::find()
        .filter(notice::Column::ContributorId.eq(contributor))
        .filter(notice::Column::ReadAt.is_null())
        .count(conn)
        .await?)
}

/// Marks all of a contributor's notices as read; how many were new.
pub async fn mark_read(tx: &Tx, contributor: Uuid, now: i64) -> Result<u64> {
    Ok(notice::Entity::update_many()
        .col_expr(notice::Column::ReadAt, Expr::value(now))
        .filter(notice::Column::ContributorId.eq(contributor))
        .filter(notice::Column::ReadAt.is_null())
        .exec(tx)
        .await?
        .rows_affected)
}
