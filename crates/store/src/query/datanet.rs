//! Datanets: the rows, the list with its filters, and how many of what stand in each.

use crate::entity::{datanet, release, submission};
use crate::{Conn, Result, Tx};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, LockType, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use std::collections::HashMap;

/// Writes a new datanet; a taken name is [`crate::StoreError::Taken`].
pub async fn insert(tx: &Tx, row: datanet::Model) -> Result<()> {
    datanet::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes every column anew; a taken name is [`crate::StoreError::Taken`].
pub async fn update(tx: &Tx, row: datanet::Model) -> Result<()> {
    row.into_active_model().reset_all().update(tx).await?;
    Ok(())
}

/// One datanet.
pub async fn get(conn: &impl Conn, id: Uuid) -> Result<Option<datanet::Model>> {
    Ok(datanet::Entity::find_by_id(id).one(conn).await?)
}

/// One datanet, its row held until the transaction ends: whoever decides what may enter
/// it stands in line here. Rows that only refer to it do not wait.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<datanet::Model>> {
    Ok(datanet::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?)
}

/// Several datanets, in no order.
pub async fn many(conn: &impl Conn, ids: &[Uuid]) -> Result<Vec<datanet::Model>> {
    Ok(datanet::Entity::find().filter(datanet::Column::Id.is_in(ids.iter().copied())).all(conn).await?)
}

/// The datanets of one owner.
pub async fn of_owner(conn: &impl Conn, owner: Uuid) -> Result<Vec<datanet::Model>> {
    Ok(datanet::Entity::find()
        .filter(datanet::Column::OwnerId.eq(owner))
        .order_by_desc(datanet::Column::Id)
        .all(conn)
        .await?)
}

/// What to look for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Lower-case words; each must be in the name, the purpose or the topics.
    pub words: Vec<String>,
    /// Only this modality.
    pub modality: Option<String>,
    /// Only datanets that take this licence.
    pub licence: Option<String>,
    /// Only open, or only closed ones.
    pub open: Option<bool>,
}

/// One page, newest first, from after `after`; and how many match in all.
pub async fn list(
    conn: &impl Conn,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<datanet::Model>, u64)> {
    let found = datanet::Entity::find().filter(condition(filter));
    let total = found.clone().count(conn).await?;
    let page = found
        .filter(Condition::all().add_option(after.map(|id| datanet::Column::Id.lt(id))))
        .order_by_desc(datanet::Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok((page, total))
}

fn condition(filter: &Filter) -> Condition {
    use datanet::Column as C;
    let mut all = Condition::all()
        .add_option(filter.modality.as_ref().map(|m| C::Modality.eq(m)))
        .add_option(filter.open.map(|open| C::Open.eq(open)));
    if let Some(licence) = &filter.licence {
        let listed = like_escaped(&format!("\"{licence}\""));
        all = all.add(Condition::any().add(C::Licences.eq("[]")).add(C::Licences.like(listed)));
    }
    for word in &filter.words {
        all = all.add(
            Condition::any()
                .add(C::NameKey.like(like_escaped(word)))
                .add(lower(C::Purpose).like(like_escaped(word)))
                .add(C::Topics.like(like_escaped(word))),
        );
    }
    all
}

/// A column in lower case; on SQLite of ASCII letters only.
pub(crate) fn lower(column: impl ColumnTrait) -> SimpleExpr {
    Func::lower(Expr::col(column)).into()
}

/// Text that may stand anywhere in the column; `%` and `_` mean themselves.
pub(crate) fn like_escaped(text: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('\\')
}

/// Submissions by datanet and state.
pub async fn states(conn: &impl Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<(String, i64)>>> {
    let rows: Vec<(Uuid, String, i64)> = submission::Entity::find()
        .select_only()
        .column(submission::Column::DatanetId)
        .column(submission::Column::State)
        .column_as(submission::Column::Id.count(), "n")
        .filter(submission::Column::DatanetId.is_in(ids.iter().copied()))
        .group_by(submission::Column::DatanetId)
        .group_by(submission::Column::State)
        .into_tuple()
        .all(conn)
        .await?;
    let mut out: HashMap<Uuid, Vec<(String, i64)>> = HashMap::new();
    for (id, state, n) in rows {
        out.entry(id).or_default().push((state, n));
    }
    Ok(out)
}

/// Distinct contributors with something accepted, by datanet.
pub async fn contributors(conn: &impl Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let rows: Vec<(Uuid, i64)> = submission::Entity::find()
        .select_only()
        .column(submission::Column::DatanetId)
        .column_as(Expr::col(submission::Column::ContributorId).count_distinct(), "n")
        .filter(submission::Column::DatanetId.is_in(ids.iter().copied()))
        .filter(submission::Column::State.eq("accepted"))
        .group_by(submission::Column::DatanetId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Ready releases, by datanet.
pub async fn releases(conn: &impl Conn, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let rows: Vec<(Uuid, i64)> = release::Entity::find()
        .select_only()
        .column(release::Column::DatanetId)
        .column_as(release::Column::Id.count(), "n")
        .filter(release::Column::DatanetId.is_in(ids.iter().copied()))
        .filter(release::Column::State.eq("ready"))
        .group_by(release::Column::DatanetId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
