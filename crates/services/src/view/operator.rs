//! What only the operator sees.

use karat_types::id::{DatanetId, SubmissionId};
use karat_types::{GateOutcome, Hash, Micros};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A submission that waits for the operator and not for a reviewer.
///
/// The API calls it `WaitingFile`: what a release sets aside is something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WaitingFile)]
pub struct SetAside {
    /// Its id.
    pub id: SubmissionId,
    /// Where it was offered.
    pub datanet: DatanetId,
    /// Name of the file.
    pub file_name: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub hash: Hash,
    /// `reader_failed` or `known_bad`.
    pub why: String,
    /// How the reader ended.
    pub how: String,
    /// The gate that failed on it.
    pub gate_version: u32,
    /// When.
    pub checked_at: Option<Micros>,
}

/// How many submissions are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rechecked {
    /// Their number.
    pub submissions: u64,
}

/// What reading stored submissions again gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Replayed {
    /// Verdicts that came out the same to the byte.
    pub same: u64,
    /// Verdicts of this gate that came out otherwise; there should be none.
    pub different: u64,
    /// Files our reader failed on, then or now.
    pub unread: u64,
    /// Files taken back since: their bytes are gone, so nothing was compared.
    pub gone: u64,
    /// Verdicts of an older gate that were left alone.
    pub older: u64,
    /// Verdicts of an older gate that this one would give too, as far as the outcome goes.
    pub unchanged: u64,
    /// What this gate would decide otherwise than an older one, counted.
    pub changes: Vec<Change>,
    /// The first of the different ones.
    pub differences: Vec<Differs>,
    /// The first of those this gate would decide otherwise.
    pub changed: Vec<Changed>,
}

/// A verdict that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Differs {
    /// Of which submission.
    pub id: SubmissionId,
    /// The stored verdict, around the first difference.
    pub stored: String,
    /// The new one there.
    pub again: String,
}

/// How many files another gate would judge otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// What was said.
    pub was: GateOutcome,
    /// What would be said.
    pub now: GateOutcome,
    /// Of how many files.
    pub files: u64,
}

/// A file another gate would judge otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// Which.
    pub id: SubmissionId,
    /// What was said.
    pub was: GateOutcome,
    /// What would be said.
    pub now: GateOutcome,
}
