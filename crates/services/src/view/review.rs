//! Review: one item at a time, blind.

use crate::view::reading::{Neighbour, Preview, Reading};
use crate::view::submission::Submission;
use karat_types::id::{DatanetId, SubmissionId};
use karat_types::{Micros, Outcome, RejectReason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What waits for a reviewer in one datanet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewQueue {
    /// The datanet.
    pub datanet: DatanetId,
    /// Its name.
    pub datanet_name: String,
    /// Its guidelines.
    pub guidelines: String,
    /// Items waiting.
    pub waiting: u64,
    /// Items decided today by this reviewer.
    pub decided_today: u64,
}

/// The item in front of the reviewer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewItem {
    /// The submission without its author.
    pub submission: Submission,
    /// What was read of a text or a document, its first megabyte.
    pub reading: Option<Reading>,
    /// A picture or a sound to look at; the raw file could name its maker.
    pub preview: Option<Preview>,
    /// Where a recording can be heard.
    pub sound_url: Option<String>,
    /// What is said in a recording, as its contributor wrote it down.
    pub transcript: Option<String>,
    /// What is nearest of all that is there already.
    pub nearest: Option<Neighbour>,
    /// Whether the gate held it: its findings come first.
    pub held: bool,
}

/// A reviewer's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionForm {
    /// Accepted or rejected.
    pub outcome: Outcome,
    /// At least one for a rejection.
    #[serde(default)]
    pub reasons: Vec<RejectReason>,
    /// A sentence for the contributor.
    #[serde(default)]
    pub note: Option<String>,
}

/// A decision that can still be undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PendingDecision {
    /// The submission.
    pub submission: SubmissionId,
    /// The outcome.
    pub outcome: Outcome,
    /// From then on it stands.
    pub final_at: Micros,
}
