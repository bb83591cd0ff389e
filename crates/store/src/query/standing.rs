//! Standing rows and the boards read from them.

use crate::entity::{contributor, standing};
use crate::{Conn, Result, Tx};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;

/// One contributor on one board (nil datanet = overall) in one season.
pub async fn get(
    conn: &impl Conn,
    contributor: Uuid,
    datanet: Uuid,
    season: i64,
) -> Result<Option<standing::Model>> {
    Ok(standing::Entity::find_by_id((contributor, datanet, season)).one(conn).await?)
}

/// Writes a row, new or not.
pub async fn put(tx: &Tx, row: standing::Model) -> Result<()> {
    use standing::Column as C;
    let replace = OnConflict::columns([C::ContributorId, C::DatanetId, C::Season])
        .update_columns([C::Accepted, C::Rejected, C::StandingBp, C::ReachedSeq])
        .to_owned();
    standing::Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(tx).await?;
    Ok(())
}

/// A board, best first: highest standing, then whoever reached it first.
pub async fn board(conn: &impl Conn, datanet: Uuid, season: i64, limit: u64) -> Result<Vec<standing::Model>> {
    Ok(standing::Entity::find()
        .filter(standing::Column::DatanetId.eq(datanet))
        .filter(standing::Column::Season.eq(season))
        .order_by_desc(standing::Column::StandingBp)
        .order_by_asc(standing::Column::ReachedSeq)
        .limit(limit)
        .all(conn)
        .await?)
}

/// How many stand above this row on its board.
pub async fn above(conn: &impl Conn, row: &standing::Model) -> Result<u64> {
    use sea_orm::Condition;
    use standing::Column as C;
    let higher = Condition::any()
        .add(C::StandingBp.gt(row.standing_bp))
        .add(Condition::all().add(C::StandingBp.eq(row.standing_bp)).add(C::ReachedSeq.lt(row.reached_seq)));
    Ok(standing::Entity::find()
        .filter(C::DatanetId.eq(row.datanet_id))
        .filter(C::Season.eq(row.season))
        .filter(higher)
        .count(conn)
        .await?)
}

/// Every board a contributor is on in a season.
pub async fn of_contributor(
    conn: &impl Conn,
    contributor: Uuid,
    season: i64,
) -> Result<Vec<standing::Model>> {
    Ok(standing::Entity::find()
        .filter(standing::Column::ContributorId.eq(contributor))
        .filter(standing::Column::Season.eq(season))
        .all(conn)
        .await?)
}

/// The best standing of each contributor on a board over a range of seasons.
pub async fn best(
    conn: &impl Conn,
    contributors: &[Uuid],
    datanet: Uuid,
    seasons: std::ops::RangeInclusive<i64>,
) -> Result<HashMap<Uuid, i32>> {
    let rows: Vec<(Uuid, i32)> = standing::Entity::find()
        .select_only()
        .column(standing::Column::ContributorId)
        .column_as(standing::Column::StandingBp.max(), "best")
        .filter(standing::Column::ContributorId.is_in(contributors.iter().copied()))
        .filter(standing::Column::DatanetId.eq(datanet))
        .filter(standing::Column::Season.between(*seasons.start(), *seasons.end()))
        .group_by(standing::Column::ContributorId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Every row, for comparing with what the decisions say.
pub async fn all(conn: &impl Conn) -> Result<Vec<standing::Model>> {
    Ok(standing::Entity::find().all(conn).await?)
}

/// Names of contributors.
pub async fn names(conn: &impl Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> = contributor::Entity::find()
        .select_only()
        .column(contributor::Column::Id)
        .column(contributor::Column::Name)
        .filter(contributor::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
