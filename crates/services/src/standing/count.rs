//! One decision more: the rows it counts in.

use crate::words::word;
use karat_economy::proven_bp;
use karat_store::{Tx, entity, query};
use karat_types::{Outcome, Problem, ReviewPolicy};
use uuid::Uuid;

/// The boards a decision counts on: the datanet's own, and for a panel's decision the
/// overall one too. Otherwise anyone could open a datanet, accept themselves and lead.
pub(super) fn boards(decision: &entity::decision::Model) -> Result<Vec<Uuid>, Problem> {
    let mut boards = vec![decision.datanet_id];
    if word::<ReviewPolicy>(&decision.policy)? == ReviewPolicy::Panel {
        boards.push(Uuid::nil());
    }
    Ok(boards)
}

/// Counts a decision, and says the standing on the datanet's board before and after it.
/// A trial never counts. The caller holds the decision counter, so decisions come here
/// one after the other, in the order of their numbers.
pub(crate) async fn count_in(
    tx: &Tx,
    decision: &entity::decision::Model,
    trial: bool,
) -> Result<(u32, u32), Problem> {
    let (who, season) = (decision.contributor_id, decision.season);
    if trial {
        let bp = query::standing::get(tx, who, decision.datanet_id, season)
            .await?
            .map_or(0, |row| row.standing_bp);
        return Ok((bp.unsigned_abs(), bp.unsigned_abs()));
    }
    let outcome = word(&decision.outcome)?;
    let mut change = (0, 0);
    for board in boards(decision)? {
        let old = query::standing::get(tx, who, board, season).await?;
        let before = old.as_ref().map_or(0, |row| row.standing_bp);
        let row = old.unwrap_or(entity::standing::Model {
            contributor_id: who,
            datanet_id: board,
            season,
            accepted: 0,
            rejected: 0,
            standing_bp: 0,
            reached_seq: decision.seq,
        });
        let row = counted(row, outcome, decision.seq)?;
        if board == decision.datanet_id {
            change = (before.unsigned_abs(), row.standing_bp.unsigned_abs());
        }
        query::standing::put(tx, row).await?;
    }
    Ok(change)
}

/// The row after one decision more. A rejection only counts: it cannot raise the proven
/// rate, and nothing lowers the standing.
fn counted(
    mut row: entity::standing::Model,
    outcome: Outcome,
    seq: i64,
) -> Result<entity::standing::Model, Problem> {
    match outcome {
        Outcome::Rejected => row.rejected += 1,
        Outcome::Accepted => {
            row.accepted += 1;
            let proven = proven_bp(row.accepted.unsigned_abs().into(), row.rejected.unsigned_abs().into())
                .map_err(|error| Problem::internal(error.to_string()))?;
            let proven = i32::try_from(proven).unwrap_or(i32::MAX);
            if proven > row.standing_bp {
                row.standing_bp = proven;
                row.reached_seq = seq;
            }
        }
    }
    Ok(row)
}
