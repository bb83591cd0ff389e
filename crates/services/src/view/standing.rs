//! Standing: what a contributor has proven.

use karat_types::id::ContributorId;
use karat_types::{Micros, Tier};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One line of a leaderboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeaderboardEntry {
    /// From 1.
    pub rank: u64,
    /// Who.
    pub contributor: ContributorId,
    /// Their name.
    pub name: String,
    /// The best proven rate of the season, basis points.
    pub standing_bp: u32,
    /// The raw acceptance rate, basis points.
    pub rate_bp: Option<u32>,
    /// Tier over this and the last three seasons.
    pub tier: Tier,
    /// Accepted this season.
    pub accepted: u64,
    /// Rejected this season.
    pub rejected: u64,
}

/// A leaderboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Leaderboard {
    /// The season.
    pub season: i64,
    /// When it ends.
    pub season_ends_at: Micros,
    /// What counts here: `panel` overall; `owner` or `automatic` on a datanet's own board.
    pub counts: String,
    /// The two sentences.
    pub explanation: String,
    /// Best first.
    pub entries: Vec<LeaderboardEntry>,
}

/// A point of a contributor's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StandingPoint {
    /// Number of the decision.
    pub decision: u64,
    /// When.
    pub at: Micros,
    /// Standing after it.
    pub standing_bp: u32,
    /// Raw rate after it.
    pub rate_bp: u32,
}

/// A contributor's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contributor {
    /// Who.
    pub id: ContributorId,
    /// Their name.
    pub name: String,
    /// True when brought in by an import and not claimed yet.
    pub imported: bool,
    /// Standing per datanet.
    pub boards: Vec<ContributorBoard>,
}

/// One contributor on one datanet's board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContributorBoard {
    /// The datanet's id; none for the overall board.
    pub datanet: Option<karat_types::id::DatanetId>,
    /// The datanet's name.
    pub datanet_name: String,
    /// The line.
    pub entry: LeaderboardEntry,
    /// Decision by decision, this season.
    pub history: Vec<StandingPoint>,
}
