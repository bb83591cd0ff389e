//! Contributors, the accounts that lead to them, and their roles.

use crate::conn::{Conn, Tx};
use crate::entity::{account, account_role, contributor};
use crate::{Result, StoreError};
use karat_types::id::{AccountId, ContributorId};
use karat_types::{Micros, Role};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set};

pub use crate::entity::account::Model as Account;
pub use crate::entity::contributor::Model as Contributor;

/// Adds a contributor; `Taken` when the name is.
pub async fn add_contributor(tx: &Tx, name: &str, imported: bool, now: Micros) -> Result<Contributor> {
    let id = ContributorId::new();
    let row = contributor::Model { id: id.0, name: name.to_owned(), imported, created_at: now.0 };
    contributor::Entity::insert(contributor::ActiveModel::from(row.clone()))
        .exec_without_returning(tx)
        .await?;
    Ok(row)
}

/// The contributor of this name, made if there is none; two at once get the same one.
pub async fn ensure_contributor(tx: &Tx, name: &str, imported: bool, now: Micros) -> Result<Contributor> {
    let id = ContributorId::new();
    let row = contributor::Model { id: id.0, name: name.to_owned(), imported, created_at: now.0 };
    contributor::Entity::insert(contributor::ActiveModel::from(row))
        .on_conflict(OnConflict::column(contributor::Column::Name).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let found = contributor_by_name(tx, name).await?;
    found.ok_or_else(|| StoreError::Other(format!("contributor '{name}' vanished")))
}

/// The contributor.
pub async fn contributor<C: Conn>(conn: &C, id: ContributorId) -> Result<Option<Contributor>> {
    Ok(contributor::Entity::find_by_id(id.0).one(conn).await?)
}

/// The contributor of this name.
pub async fn contributor_by_name<C: Conn>(conn: &C, name: &str) -> Result<Option<Contributor>> {
    Ok(contributor::Entity::find().filter(contributor::Column::Name.eq(name)).one(conn).await?)
}

/// These contributors, in no order.
pub async fn contributors<C: Conn>(conn: &C, ids: &[ContributorId]) -> Result<Vec<Contributor>> {
    let ids = ids.iter().map(|id| id.0);
    Ok(contributor::Entity::find().filter(contributor::Column::Id.is_in(ids)).all(conn).await?)
}

/// Adds a way in for a contributor; `Taken` when the name is.
pub async fn add_account(
    tx: &Tx,
    contributor: ContributorId,
    name: &str,
    password_hash: &str,
    now: Micros,
) -> Result<Account> {
    let row = account::Model {
        id: AccountId::new().0,
        contributor_id: contributor.0,
        name: name.to_owned(),
        password_hash: password_hash.to_owned(),
        created_at: now.0,
    };
    account::Entity::insert(account::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    Ok(row)
}

/// The account.
pub async fn account<C: Conn>(conn: &C, id: AccountId) -> Result<Option<Account>> {
    Ok(account::Entity::find_by_id(id.0).one(conn).await?)
}

/// The account of this lower-case name.
pub async fn account_by_name<C: Conn>(conn: &C, name: &str) -> Result<Option<Account>> {
    Ok(account::Entity::find().filter(account::Column::Name.eq(name)).one(conn).await?)
}

/// Accounts by name, from after `after`.
pub async fn accounts<C: Conn>(conn: &C, after: Option<&str>, limit: u64) -> Result<Vec<Account>> {
    let mut query = account::Entity::find();
    if let Some(after) = after {
        query = query.filter(account::Column::Name.gt(after));
    }
    Ok(query.order_by_asc(account::Column::Name).limit(limit).all(conn).await?)
}

/// How many accounts there are.
pub async fn count_accounts<C: Conn>(conn: &C) -> Result<u64> {
    Ok(account::Entity::find().count(conn).await?)
}

/// Sets a new password hash.
pub async fn set_password(tx: &Tx, id: AccountId, password_hash: &str) -> Result<()> {
    account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value(password_hash))
        .filter(account::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Roles these accounts were granted, in no order.
pub async fn roles<C: Conn>(conn: &C, ids: &[AccountId]) -> Result<Vec<(AccountId, Role)>> {
    let ids = ids.iter().map(|id| id.0);
    let rows =
        account_role::Entity::find().filter(account_role::Column::AccountId.is_in(ids)).all(conn).await?;
    rows.into_iter().map(|r| Ok((r.account_id.into(), r.role.parse().map_err(StoreError::Other)?))).collect()
}

/// Grants a role; granting it twice changes nothing.
pub async fn grant(tx: &Tx, id: AccountId, role: Role) -> Result<()> {
    let row = account_role::ActiveModel { account_id: Set(id.0), role: Set(role.as_str().to_owned()) };
    let both = [account_role::Column::AccountId, account_role::Column::Role];
    account_role::Entity::insert(row)
        .on_conflict(OnConflict::columns(both).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Takes a role back.
pub async fn revoke(tx: &Tx, id: AccountId, role: Role) -> Result<()> {
    account_role::Entity::delete_many()
        .filter(account_role::Column::AccountId.eq(id.0))
        .filter(account_role::Column::Role.eq(role.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}

/// How many accounts have a role; the rows are locked until the transaction ends, so
/// two operators cannot take the last role from each other.
pub async fn lock_holders(tx: &Tx, role: Role) -> Result<Vec<AccountId>> {
    let rows = account_role::Entity::find()
        .filter(account_role::Column::Role.eq(role.as_str()))
        .order_by_asc(account_role::Column::AccountId)
        .lock_exclusive()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|r| r.account_id.into()).collect())
}
