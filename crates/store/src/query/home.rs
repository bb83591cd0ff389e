//! Counts for the home page and the search over everything.

use crate::entity::{contributor, datanet, model, release, run, standing, submission};
use crate::query::datanet::{like_escaped, lower};
use crate::{Conn, Result};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

/// Live counts of the loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Datanets there are.
    pub datanets: u64,
    /// Submissions made on the day.
    pub contributed: u64,
    /// Of those, refused by the gate.
    pub refused: u64,
    /// Waiting for a person.
    pub waiting: u64,
    /// Contributors whose best standing of the season is at least the asked one.
    pub proven: u64,
    /// Ready releases.
    pub releases: u64,
    /// Runs under way.
    pub runs: u64,
    /// Adapters there are.
    pub adapters: u64,
}

/// Counts everything at once.
pub async fn counts(conn: &impl Conn, day: i64, season: i64, proven_bp: i32) -> Result<Counts> {
    use submission::Column as S;
    let today = || submission::Entity::find().filter(S::Day.eq(day));
    let proven: Option<i64> = standing::Entity::find()
        .select_only()
        .column_as(Expr::col(standing::Column::ContributorId).count_distinct(), "n")
        .filter(standing::Column::Season.eq(season))
        .filter(standing::Column::StandingBp.gte(proven_bp))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(Counts {
        datanets: datanet::Entity::find().count(conn).await?,
        contributed: today().count(conn).await?,
        refused: today().filter(S::State.eq("refused")).count(conn).await?,
        waiting: submission::Entity::find().filter(S::State.is_in(["held", "in_review"])).count(conn).await?,
        proven: proven.unwrap_or_default().unsigned_abs(),
        releases: release::Entity::find().filter(release::Column::State.eq("ready")).count(conn).await?,
        runs: run::Entity::find()
            .filter(run::Column::State.is_in(["queued", "running", "stopping"]))
            .count(conn)
            .await?,
        adapters: model::Entity::find().filter(model::Column::Kind.eq("adapter")).count(conn).await?,
    })
}

/// Something found: id and title.
pub type Found = (Uuid, String);

/// Datanets whose name, purpose or topics have every word.
pub async fn datanets(conn: &impl Conn, words: &[String], limit: u64) -> Result<Vec<Found>> {
    let filter = super::datanet::Filter { words: words.to_vec(), ..Default::default() };
    let (rows, _) = super::datanet::list(conn, &filter, None, limit).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Contributors by name.
pub async fn contributors(conn: &impl Conn, words: &[String], limit: u64) -> Result<Vec<Found>> {
    Ok(contributor::Entity::find()
        .select_only()
        .column(contributor::Column::Id)
        .column(contributor::Column::Name)
        .filter(every(words, contributor::Column::Name))
        .order_by_asc(contributor::Column::Name)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?)
}

/// Models by name.
pub async fn models(conn: &impl Conn, words: &[String], limit: u64) -> Result<Vec<Found>> {
    Ok(model::Entity::find()
        .select_only()
        .column(model::Column::Id)
        .column(model::Column::Name)
        .filter(every(words, model::Column::Name))
        .order_by_desc(model::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?)
}

/// Runs by name.
pub async fn runs(conn: &impl Conn, words: &[String], limit: u64) -> Result<Vec<Found>> {
    Ok(run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .column(run::Column::Name)
        .filter(every(words, run::Column::Name))
        .order_by_desc(run::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?)
}

/// Ready releases of datanets whose name has every word: id, datanet's name, version.
pub async fn releases(conn: &impl Conn, words: &[String], limit: u64) -> Result<Vec<(Uuid, String, i32)>> {
    let relation =
        release::Entity::belongs_to(datanet::Entity).from(release::Column::DatanetId).to(datanet::Column::Id);
    Ok(release::Entity::find()
        .select_only()
        .column(release::Column::Id)
        .column(datanet::Column::Name)
        .column(release::Column::Version)
        .join(sea_orm::JoinType::InnerJoin, relation.into())
        .filter(release::Column::State.eq("ready"))
        .filter(every(words, datanet::Column::NameKey))
        .order_by_desc(release::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?)
}

fn every(words: &[String], column: impl ColumnTrait) -> Condition {
    words.iter().fold(Condition::all(), |all, word| all.add(lower(column).like(like_escaped(word))))
}
