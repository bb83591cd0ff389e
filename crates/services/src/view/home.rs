//! The loop on the home page, with today's counts.

use karat_types::Micros;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Live counts of the loop.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Home {
    /// Datanets there are.
    pub datanets: u64,
    /// Submissions received today.
    pub contributed_today: u64,
    /// Refused by the gate today.
    pub refused_today: u64,
    /// Waiting for a person.
    pub waiting_review: u64,
    /// Contributors with a proven standing this season.
    pub proven: u64,
    /// Ready releases.
    pub releases: u64,
    /// Runs under way.
    pub runs_active: u64,
    /// Adapters to chat with.
    pub adapters: u64,
}

/// A hit of the search over everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hit {
    /// `datanet`, `release`, `run`, `model`, `contributor`, `docs`.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// Where it is, a path of the UI.
    pub link: String,
}

/// One thing that happened, for streams.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Order of events; the SSE id.
    pub seq: i64,
    /// `submission:<id>`, `run:<id>`, `release:<id>`, `contributor:<id>`.
    pub topic: String,
    /// What happened: `step`, `state`, `decided`, …
    pub kind: String,
    /// The facts.
    pub payload: serde_json::Value,
    /// When.
    pub at: Micros,
}
