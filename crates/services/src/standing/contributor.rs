//! A contributor's page: every board they are on, decision by decision.

use super::board::entries;
use super::recompute::append;
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::standing::{Contributor, ContributorBoard, StandingPoint};
use karat_economy::Standing;
use karat_store::query::decision::WithTrial;
use karat_store::{Conn, entity, query};
use karat_types::id::ContributorId;
use karat_types::{Micros, Problem};
use std::collections::HashMap;

/// A contributor and their season.
pub async fn contributor(app: &App, actor: &Actor, id: ContributorId) -> Result<Contributor, Problem> {
    authz::require(actor, Action::ReadDatanet, false)?;
    let db = app.store.db();
    let person =
        query::account::contributor(db, id).await?.ok_or_else(|| Problem::missing("contributor", id))?;
    let season = app.clock.now().season();
    let rows = query::standing::of_contributor(db, id.0, season).await?;
    let decisions = query::decision::of_contributor(db, id.0, season).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.datanet_id).collect();
    let datanets: HashMap<_, _> =
        query::datanet::many(db, &ids).await?.into_iter().map(|row| (row.id, row.name)).collect();
    let mut boards = Vec::new();
    for row in rows {
        let name = datanets.get(&row.datanet_id).cloned().unwrap_or_else(|| "Overall".to_owned());
        boards.extend(board(db, row, name, &decisions).await?);
    }
    boards.sort_by(|a, b| {
        b.entry.standing_bp.cmp(&a.entry.standing_bp).then(a.datanet_name.cmp(&b.datanet_name))
    });
    Ok(Contributor { id, name: person.name, imported: person.imported, boards })
}

async fn board(
    conn: &impl Conn,
    row: entity::standing::Model,
    datanet_name: String,
    decisions: &[WithTrial],
) -> Result<Option<ContributorBoard>, Problem> {
    let datanet = row.datanet_id;
    let rank = query::standing::above(conn, &row).await? + 1;
    let entry = entries(conn, vec![row], rank).await?.pop();
    let counted: Vec<_> = decisions
        .iter()
        .filter(|(decision, trial)| {
            !trial && super::count::boards(decision).is_ok_and(|b| b.contains(&datanet))
        })
        .map(|(decision, _)| decision)
        .collect();
    let history = history(&counted)?;
    Ok(entry.map(|entry| ContributorBoard {
        datanet: (!datanet.is_nil()).then(|| datanet.into()),
        datanet_name,
        entry,
        history,
    }))
}

/// The standing after each decision.
fn history(decisions: &[&entity::decision::Model]) -> Result<Vec<StandingPoint>, Problem> {
    let mut standing = Standing::default();
    let mut points = Vec::with_capacity(decisions.len());
    for row in decisions {
        append(&mut standing, row)?;
        points.push(StandingPoint {
            decision: row.seq.unsigned_abs(),
            at: Micros(row.created_at),
            standing_bp: standing.bp(),
            rate_bp: karat_economy::rate_bp(standing.accepted(), standing.rejected()).unwrap_or_default(),
        });
    }
    Ok(points)
}
