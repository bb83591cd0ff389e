//! The one-time token that makes the first operator.

use crate::Result;
use crate::conn::{Conn, Tx};
use crate::entity::setup_token::{ActiveModel, Column, Entity};
use karat_types::{Hash, Micros};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};

/// Puts a new token in the place of all unused ones.
pub async fn replace(tx: &Tx, token: Hash, now: Micros) -> Result<()> {
    clear(tx).await?;
    let row = ActiveModel { token_hash: Set(token.hex()), created_at: Set(now.0), used_at: Set(None) };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Uses a token up; false when there is none of it left.
pub async fn take(tx: &Tx, token: Hash, now: Micros) -> Result<bool> {
    let taken = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now.0))
        .filter(Column::TokenHash.eq(token.hex()))
        .filter(Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Whether a token waits to be used.
pub async fn is_open<C: Conn>(conn: &C, token: Hash) -> Result<bool> {
    let row = Entity::find_by_id(token.hex()).filter(Column::UsedAt.is_null()).one(conn).await?;
    Ok(row.is_some())
}

/// Takes every unused token away.
pub async fn clear(tx: &Tx) -> Result<()> {
    Entity::delete_many().filter(Column::UsedAt.is_null()).exec(tx).await?;
    Ok(())
}
