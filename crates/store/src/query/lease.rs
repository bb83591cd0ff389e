//! Named rights that one process holds at a time.

use crate::Result;
use crate::conn::Tx;
use crate::entity::lease::{ActiveModel, Column, Entity};
use karat_types::Micros;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};

/// Takes or renews the right until `until`; false when somebody else holds it.
pub async fn acquire(tx: &Tx, name: &str, owner: &str, now: Micros, until: Micros) -> Result<bool> {
    let row = ActiveModel { name: Set(name.to_owned()), owner: Set(owner.to_owned()), until: Set(until.0) };
    let first = Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    if first > 0 {
        return Ok(true);
    }
    let taken = Entity::update_many()
        .col_expr(Column::Owner, Expr::value(owner))
        .col_expr(Column::Until, Expr::value(until.0))
        .filter(Column::Name.eq(name))
        .filter(Column::Owner.eq(owner).or(Column::Until.lte(now.0)))
        .exec(tx)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Gives the right back, if `owner` has it.
pub async fn release(tx: &Tx, name: &str, owner: &str) -> Result<()> {
    Entity::delete_many().filter(Column::Name.eq(name)).filter(Column::Owner.eq(owner)).exec(tx).await?;
    Ok(())
}
