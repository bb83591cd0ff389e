//! Datanets: a community dataset with one purpose.

use karat_types::id::{ContributorId, DatanetId, SubmissionId};
use karat_types::{Micros, Modality, ReviewPolicy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many submissions stand where. `submissions` is always the sum of the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// All of them.
    pub submissions: u64,
    /// Still with the gate, or passed and on the way to a decision.
    pub moving: u64,
    /// Refused by the gate.
    pub refused: u64,
    /// Held for a person and not decided yet.
    pub held: u64,
    /// In review.
    pub in_review: u64,
    /// Accepted.
    pub accepted: u64,
    /// Rejected.
    pub rejected: u64,
    /// Withdrawn or voided.
    pub withdrawn: u64,
}

/// A datanet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Datanet {
    /// Its id.
    pub id: DatanetId,
    /// Name, unique.
    pub name: String,
    /// What it is for, one paragraph.
    pub purpose: String,
    /// What reviewers go by, Markdown.
    pub guidelines: String,
    /// Text, image or audio; fixed.
    pub modality: Modality,
    /// The gate's set of thresholds: `prose`, `technical` or `short`.
    pub profile: String,
    /// The language its texts and transcripts are in (ISO 639-1, such as `de`); none = any.
    pub language: Option<String>,
    /// Whether only what people made is taken.
    pub human_only: bool,
    /// Free words to find it by.
    pub topics: Vec<String>,
    /// Allowed licences (SPDX); empty = any valid one.
    pub licences: Vec<String>,
    /// Who decides.
    pub policy: ReviewPolicy,
    /// Score from which the automatic policy accepts.
    pub threshold: u32,
    /// Whether submissions are taken.
    pub open: bool,
    /// Files a contributor may enter here a day, if lower than everywhere.
    pub files_per_day: Option<u32>,
    /// Bytes everybody together may enter here a day.
    pub bytes_per_day_all: Option<u64>,
    /// Who made it.
    pub owner: ContributorId,
    /// The owner's name.
    pub owner_name: String,
    /// When.
    pub created_at: Micros,
    /// How many submissions stand where.
    pub counts: Counts,
    /// Distinct contributors with something accepted.
    pub contributors: u64,
    /// Ready releases.
    pub releases: u64,
    /// Whether the person who asks owns it.
    pub yours: bool,
}

/// The form that makes or changes a datanet. Modality cannot be changed later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DatanetForm {
    /// 3–80 characters.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// What reviewers go by.
    #[serde(default)]
    pub guidelines: String,
    /// Text, image or audio.
    pub modality: Modality,
    /// The gate's set of thresholds: `prose` (default), `technical` (documentation with
    /// code) or `short` (sayings, captions).
    #[serde(default)]
    pub profile: Option<String>,
    /// The language texts and transcripts must be in (ISO 639-1, such as `de`); none = any.
    #[serde(default)]
    pub language: Option<String>,
    /// Take only what people made: nothing declared as made by, or with, a model.
    #[serde(default)]
    pub human_only: bool,
    /// Free words to find it by.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Allowed licences (SPDX).
    #[serde(default)]
    pub licences: Vec<String>,
    /// `owner` or `automatic`.
    pub policy: ReviewPolicy,
    /// 0–100, default 60.
    pub threshold: Option<u32>,
    /// Whether submissions are taken.
    pub open: bool,
    /// Files a contributor may enter here a day.
    pub files_per_day: Option<u32>,
    /// Bytes everybody together may enter here a day.
    pub bytes_per_day_all: Option<u64>,
}

/// What to look for in the list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct DatanetQuery {
    /// Words in name, purpose or topics.
    pub q: Option<String>,
    /// Only this modality.
    pub modality: Option<Modality>,
    /// Only datanets that allow this licence.
    pub licence: Option<String>,
    /// Only open (or closed) ones.
    pub open: Option<bool>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A row a visitor may look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SampleRow {
    /// The text.
    pub content: String,
    /// The submission it comes from.
    pub submission: SubmissionId,
    /// Who contributed it.
    pub contributor: String,
    /// Its licence.
    pub licence: String,
}
