//! Standing again, from nothing but the decisions.

use super::count::boards;
use crate::app::App;
use crate::words::word;
use karat_economy::{Decision, Standing};
use karat_store::query::decision::WithTrial;
use karat_store::{Conn, entity, query};
use karat_types::id::ContributorId;
use karat_types::{Outcome, Problem};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Decisions read at a time.
const BATCH: u64 = 1_000;

/// A line of a board that is not what the decisions say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Whose line.
    pub contributor: ContributorId,
    /// The board; none = overall.
    pub datanet: Option<karat_types::id::DatanetId>,
    /// The season.
    pub season: i64,
    /// Accepted, rejected, standing, number at which it was reached; as stored.
    pub stored: Option<(i32, i32, i32, i64)>,
    /// The same, from the decisions.
    pub computed: Option<(i32, i32, i32, i64)>,
}

type Key = (Uuid, Uuid, i64);
type Line = (i32, i32, i32, i64);

/// Rebuilds every board from the decisions and compares it with what is stored; empty
/// when all is well. A gap in the decisions' numbers is our fault and an error.
pub async fn recompute_check(app: &App) -> Result<Vec<Difference>, Problem> {
    let db = app.store.db();
    let computed = rebuild(db).await?;
    let stored: BTreeMap<Key, Line> = query::standing::all(db).await?.into_iter().map(line).collect();
    let keys: BTreeSet<Key> = computed.keys().chain(stored.keys()).copied().collect();
    let differences =
        keys.into_iter().filter(|key| computed.get(key) != stored.get(key)).map(|key| Difference {
            contributor: key.0.into(),
            datanet: (!key.1.is_nil()).then(|| key.1.into()),
            season: key.2,
            stored: stored.get(&key).copied(),
            computed: computed.get(&key).copied(),
        });
    Ok(differences.collect())
}

fn line(row: entity::standing::Model) -> (Key, Line) {
    let key = (row.contributor_id, row.datanet_id, row.season);
    (key, (row.accepted, row.rejected, row.standing_bp, row.reached_seq))
}

async fn rebuild(conn: &impl Conn) -> Result<BTreeMap<Key, Line>, Problem> {
    let mut boards: BTreeMap<Key, (Standing, i64)> = BTreeMap::new();
    let mut seq = 0;
    loop {
        let batch = query::decision::after(conn, seq, BATCH).await?;
        for decision in &batch {
            seq += 1;
            if decision.0.seq != seq {
                return Err(Problem::internal(format!(
                    "Decision {seq} is missing: numbers must have no gaps."
                )));
            }
            add(&mut boards, decision)?;
        }
        if batch.is_empty() {
            break;
        }
    }
    let int = |n: u64| i32::try_from(n).unwrap_or(i32::MAX);
    let lines = boards.into_iter().map(|(key, (standing, first))| {
        let reached = standing.reached_at().map_or(first, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
        (key, (int(standing.accepted()), int(standing.rejected()), int(standing.bp().into()), reached))
    });
    Ok(lines.collect())
}

fn add(boards_of: &mut BTreeMap<Key, (Standing, i64)>, (row, trial): &WithTrial) -> Result<(), Problem> {
    if *trial {
        return Ok(());
    }
    for board in boards(row)? {
        let key = (row.contributor_id, board, row.season);
        let (standing, _) = boards_of.entry(key).or_insert_with(|| (Standing::default(), row.seq));
        append(standing, row)?;
    }
    Ok(())
}

/// Adds a decision to a contributor's season.
pub(super) fn append(standing: &mut Standing, row: &entity::decision::Model) -> Result<(), Problem> {
    let decision = match word(&row.outcome)? {
        Outcome::Accepted => Decision::Accepted,
        Outcome::Rejected => Decision::Rejected,
    };
    let seq = row.seq.unsigned_abs();
    standing.append(decision, seq).map(|_| ()).map_err(|error| Problem::internal(error.to_string()))
}
