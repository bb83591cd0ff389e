//! Leaderboards: of one datanet, and overall.

use super::words;
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::datanet;
use crate::view::standing::{Leaderboard, LeaderboardEntry};
use crate::words::word;
use karat_store::{Conn, entity, query};
use karat_types::clock::SEASON_DAYS;
use karat_types::id::DatanetId;
use karat_types::{Micros, Problem};
use uuid::Uuid;

/// Lines of a board at most.
const MOST: u64 = 1_000;
/// The tier looks at this season and the last three.
const TIER_SEASONS: i64 = 3;

/// A datanet's own board, or without a datanet the overall one, which counts panels'
/// decisions only; of this season unless another is asked for.
pub async fn leaderboard(
    app: &App,
    actor: &Actor,
    datanet: Option<DatanetId>,
    season: Option<i64>,
) -> Result<Leaderboard, Problem> {
    authz::require(actor, Action::ReadDatanet, false)?;
    let Some(id) = datanet else {
        return board(app, Uuid::nil(), season, words::OVERALL.to_owned()).await;
    };
    let datanet = datanet::load(app.store.db(), id).await?;
    board(app, id.0, season, words::counts(word(&datanet.policy)?)).await
}

async fn board(app: &App, id: Uuid, season: Option<i64>, counts: String) -> Result<Leaderboard, Problem> {
    let season = season.unwrap_or_else(|| app.clock.now().season());
    let db = app.store.db();
    let rows = query::standing::board(db, id, season, MOST).await?;
    Ok(Leaderboard {
        season,
        season_ends_at: Micros(0)
            .plus_days(season.saturating_add(1).saturating_mul(SEASON_DAYS).clamp(0, 100_000_000)),
        counts,
        explanation: words::explanation(id.is_nil()),
        entries: entries(db, rows, 1).await?,
    })
}

/// Rows of one board as lines, ranked from `first` on.
pub(super) async fn entries(
    conn: &impl Conn,
    rows: Vec<entity::standing::Model>,
    first: u64,
) -> Result<Vec<LeaderboardEntry>, Problem> {
    let Some(season) = rows.first().map(|row| row.season) else { return Ok(Vec::new()) };
    let people: Vec<_> = rows.iter().map(|row| row.contributor_id).collect();
    let names = query::standing::names(conn, &people).await?;
    // Tiers are earned before panels only: on the overall board.
    let best = query::standing::best(conn, &people, Uuid::nil(), season - TIER_SEASONS..=season).await?;
    let lines = rows.into_iter().zip(first..).map(|(row, rank)| {
        let (accepted, rejected) = (row.accepted.unsigned_abs().into(), row.rejected.unsigned_abs().into());
        LeaderboardEntry {
            rank,
            contributor: row.contributor_id.into(),
            name: names.get(&row.contributor_id).cloned().unwrap_or_default(),
            standing_bp: row.standing_bp.unsigned_abs(),
            rate_bp: karat_economy::rate_bp(accepted, rejected),
            tier: karat_economy::tier(best.get(&row.contributor_id).map_or(0, |bp| bp.unsigned_abs())),
            accepted,
            rejected,
        }
    });
    Ok(lines.collect())
}
