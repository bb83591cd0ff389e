//! Keys for scripts. Only the secret's hash is stored.

use crate::Result;
use crate::conn::{Conn, Tx};
use crate::entity::api_key::{ActiveModel, Column, Entity};
use karat_types::id::{AccountId, ApiKeyId};
use karat_types::{Hash, Micros};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

pub use crate::entity::api_key::Model as ApiKey;

/// Adds a key.
pub async fn add(
    tx: &Tx,
    account: AccountId,
    name: &str,
    (prefix, secret): (&str, Hash),
    now: Micros,
) -> Result<ApiKey> {
    let row = ApiKey {
        id: ApiKeyId::new().0,
        account_id: account.0,
        name: name.to_owned(),
        prefix: prefix.to_owned(),
        secret_hash: secret.hex(),
        created_at: now.0,
        last_used_at: None,
        revoked_at: None,
    };
    Entity::insert(ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    Ok(row)
}

/// The key of this secret, unless it was revoked.
pub async fn by_secret<C: Conn>(conn: &C, secret: Hash) -> Result<Option<ApiKey>> {
    Ok(Entity::find()
        .filter(Column::SecretHash.eq(secret.hex()))
        .filter(Column::RevokedAt.is_null())
        .one(conn)
        .await?)
}

/// Keys of an account that were not revoked, oldest first.
pub async fn of_account<C: Conn>(conn: &C, account: AccountId) -> Result<Vec<ApiKey>> {
    Ok(Entity::find()
        .filter(Column::AccountId.eq(account.0))
        .filter(Column::RevokedAt.is_null())
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(conn)
        .await?)
}

/// Notes that a key was used.
pub async fn touch(tx: &Tx, id: ApiKeyId, now: Micros) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Revokes a key of this account; false when it has no such key.
pub async fn revoke(tx: &Tx, account: AccountId, id: ApiKeyId, now: Micros) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::AccountId.eq(account.0))
        .filter(Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}
