//! Signed-in browsers. Only the token's hash is stored.

use crate::Result;
use crate::conn::{Conn, Tx};
use crate::entity::session::{ActiveModel, Column, Entity};
use karat_types::id::AccountId;
use karat_types::{Hash, Micros};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

pub use crate::entity::session::Model as Session;

/// Adds a session that ends at `expires_at` unless it is used before.
pub async fn add(
    tx: &Tx,
    token_hash: Hash,
    account: AccountId,
    now: Micros,
    expires_at: Micros,
) -> Result<()> {
    let row = Session {
        token_hash: token_hash.hex(),
        account_id: account.0,
        created_at: now.0,
        expires_at: expires_at.0,
        last_seen_at: now.0,
    };
    Entity::insert(ActiveModel::from(row)).exec_without_returning(tx).await?;
    Ok(())
}

/// The session, if it has not ended.
pub async fn get<C: Conn>(conn: &C, token_hash: Hash, now: Micros) -> Result<Option<Session>> {
    Ok(Entity::find_by_id(token_hash.hex()).filter(Column::ExpiresAt.gt(now.0)).one(conn).await?)
}

/// Moves the end of a session that is used.
pub async fn touch(tx: &Tx, token_hash: Hash, now: Micros, expires_at: Micros) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LastSeenAt, Expr::value(now.0))
        .col_expr(Column::ExpiresAt, Expr::value(expires_at.0))
        .filter(Column::TokenHash.eq(token_hash.hex()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends a session.
pub async fn end(tx: &Tx, token_hash: Hash) -> Result<()> {
    Entity::delete_by_id(token_hash.hex()).exec(tx).await?;
    Ok(())
}

/// Ends every session of an account but the one to keep.
pub async fn end_others(tx: &Tx, account: AccountId, keep: Option<Hash>) -> Result<u64> {
    let mut query = Entity::delete_many().filter(Column::AccountId.eq(account.0));
    if let Some(keep) = keep {
        query = query.filter(Column::TokenHash.ne(keep.hex()));
    }
    Ok(query.exec(tx).await?.rows_affected)
}

/// Forgets sessions that ended.
pub async fn prune(tx: &Tx, now: Micros) -> Result<u64> {
    Ok(Entity::delete_many().filter(Column::ExpiresAt.lte(now.0)).exec(tx).await?.rows_affected)
}
