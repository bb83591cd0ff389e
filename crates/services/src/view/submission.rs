//! Submissions: one file offered to a datanet, and what became of it.

use crate::view::reading::{Converted, Mask, Neighbour, Preview, Reading};
use karat_types::finding::{Nearest, NotRun, ScorePart, Verdict};
use karat_types::id::{ContributorId, DatanetId, ReleaseId, SubmissionId};
use karat_types::{Finding, Hash, Micros, Origin, RejectReason, SourceType, SubmissionState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a contributor declares with a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Declaration {
    /// SPDX expression.
    pub licence: String,
    /// Where the file comes from.
    pub origin: Origin,
    /// How it was made.
    pub source_type: SourceType,
    /// "I may give this away under that licence."
    pub consent: bool,
    /// Submit as *trial before judging*.
    #[serde(default)]
    pub trial: bool,
    /// What is said in a recording, if it was written down.
    #[serde(default)]
    pub transcript: Option<String>,
}

/// A submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Submission {
    /// Its id.
    pub id: SubmissionId,
    /// Where it was offered.
    pub datanet: DatanetId,
    /// The datanet's name.
    pub datanet_name: String,
    /// Who offered it; none where the reader must not know (review).
    pub contributor: Option<ContributorId>,
    /// The contributor's name; none where the reader must not know.
    pub contributor_name: Option<String>,
    /// Name of the file.
    pub file_name: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub hash: Hash,
    /// Where it stands.
    pub state: SubmissionState,
    /// Whether it was marked *trial*.
    pub trial: bool,
    /// Declared licence.
    pub licence: String,
    /// Declared: where it comes from.
    pub origin: Origin,
    /// Declared: how it was made.
    pub source_type: SourceType,
    /// What the content really is.
    pub media_type: Option<String>,
    /// Validation score.
    pub score: Option<u32>,
    /// What the score is the mean of.
    pub parts: Vec<ScorePart>,
    /// Every finding, refusals first.
    pub findings: Vec<Finding>,
    /// Checks that did not run.
    pub not_run: Vec<NotRun>,
    /// The earlier content that is most like it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    /// The earliest submission of the same or nearly the same content, whose contributor
    /// is credited; told once the submission is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<SubmissionId>,
    /// Reasons of a rejection.
    pub reasons: Vec<RejectReason>,
    /// The reviewer's sentence.
    pub note: Option<String>,
    /// Releases it is in.
    pub releases: Vec<ReleaseRef>,
    /// When it was offered.
    pub created_at: Micros,
    /// When it was decided.
    pub decided_at: Option<Micros>,
}

/// A release by its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseRef {
    /// Its id.
    pub id: ReleaseId,
    /// 1, 2, 3 …
    pub version: u32,
}

/// What a pre-check says: the verdict, and nothing spent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreCheck {
    /// Name of the file.
    pub file_name: String,
    /// Size.
    pub bytes: u64,
    /// What the gate would say now.
    pub verdict: Verdict,
    /// What was read of a text or a document, its first 100 kB; findings point into it.
    pub reading: Option<Reading>,
    /// A picture or a sound to show findings on.
    pub preview: Option<Preview>,
    /// Places in `reading` that speak of people, with what could stand there instead.
    pub masks: Vec<Mask>,
    /// The text as UTF-8, when the file is in another encoding.
    pub converted: Option<Converted>,
    /// What is nearest of all that is there already.
    pub nearest: Option<Neighbour>,
}

/// What is left of today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quota {
    /// Files spent or being checked.
    pub files_used: u32,
    /// Files a day.
    pub files_limit: u32,
    /// Bytes spent or being checked.
    pub bytes_used: u64,
    /// Bytes a day.
    pub bytes_limit: u64,
    /// Trial files spent.
    pub trial_used: u32,
    /// Trial files a day.
    pub trial_limit: u32,
    /// Attempts made.
    pub attempts_used: u32,
    /// Attempts a day.
    pub attempts_limit: u32,
    /// When it starts anew: tomorrow, 00:00 UTC.
    pub resets_at: Micros,
}
