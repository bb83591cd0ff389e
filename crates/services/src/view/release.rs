//! Releases: immutable snapshots of a datanet's accepted data.

use crate::view::submission::ReleaseRef;
use karat_types::id::{AlertId, ContributorId, DatanetId, ModelId, ReleaseId, RunId, SubmissionId};
use karat_types::{Hash, Micros, ReleaseState, RunState, SubmissionState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Release {
    /// Its id.
    pub id: ReleaseId,
    /// The datanet.
    pub datanet: DatanetId,
    /// The datanet's name.
    pub datanet_name: String,
    /// 1, 2, 3 …
    pub version: u32,
    /// Building, ready or failed.
    pub state: ReleaseState,
    /// RFC 6962 Merkle root over the rows.
    pub root: Option<Hash>,
    /// Number of rows.
    pub rows: u64,
    /// Number of submissions.
    pub submissions: u64,
    /// Number of contributors.
    pub contributors: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// Licences in it, most restrictive first, with their number of submissions.
    pub licences: Vec<LicenceCount>,
    /// The resulting class: the most restrictive one.
    pub licence_class: Option<String>,
    /// Dataset card, Markdown.
    pub card: String,
    /// When it was made.
    pub created_at: Micros,
    /// Why it failed.
    pub error: Option<String>,
    /// What was left for a later release, and why.
    pub plan: Plan,
    /// Since when it is no longer handed out, because something in it was taken back.
    pub stopped_at: Option<Micros>,
    /// Why it is no longer handed out.
    pub stopped_why: Option<String>,
    /// What to use instead of a stopped release.
    pub next: Option<ReleaseRef>,
}

/// What a release leaves for a later one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// Most items one contributor may have in the release; near copies count as one.
    pub cap: u64,
    /// Contributors of whose items some wait.
    pub waiting: Vec<Waiting>,
    /// Items that carry a sequence that looks planted.
    pub set_aside: Vec<SetAside>,
}

/// A contributor with more items than fit under the cap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// Who.
    pub contributor: ContributorId,
    /// Their name.
    pub contributor_name: String,
    /// Items in the release.
    pub taken: u64,
    /// Items that wait; the latest ones.
    pub waiting: u64,
}

/// Items left out until somebody has looked at an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetAside {
    /// The alert.
    pub alert: AlertId,
    /// The sequence.
    pub sequence: String,
    /// How many items carry it.
    pub items: u64,
}

/// What a release made now would hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleasePreview {
    /// The datanet.
    pub datanet: DatanetId,
    /// The number it would get.
    pub version: u32,
    /// Items it would hold, unless the cut finds sequences that look planted.
    pub items: u64,
    /// Contributors of these.
    pub contributors: u64,
    /// What would be left, and why.
    pub plan: Plan,
    /// Why it cannot be made now.
    pub problem: Option<String>,
}

/// One file of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseFile {
    /// Its name in the release's folder: `data/train-00000-of-00001.parquet`.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of it.
    pub sha256: Hash,
    /// Whether it holds what people contributed; a stopped release no longer hands it out.
    pub content: bool,
}

/// A sequence of words that looks planted: rare elsewhere, and in several accepted items
/// of very few contributors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// The datanet.
    pub datanet: DatanetId,
    /// The sequence.
    pub sequence: String,
    /// The items that carry it.
    pub submissions: Vec<SubmissionId>,
    /// When it was found.
    pub created_at: Micros,
    /// When somebody found it harmless; its items are then released.
    pub dismissed_at: Option<Micros>,
    /// Why it is harmless.
    pub reason: Option<String>,
}

/// Why an alert is harmless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DismissForm {
    /// One sentence, kept with the alert.
    pub reason: String,
}

/// A leaf's proof, without the content it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeafProof {
    /// Position in the release, from 0.
    pub index: u64,
    /// The leaf.
    pub leaf: Hash,
    /// The tree's root.
    pub root: Hash,
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 inclusion path.
    pub path: Vec<Hash>,
}

/// What a submission went into, for whoever takes it back or asks what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Affected {
    /// The submission.
    pub submission: SubmissionId,
    /// Where it was offered.
    pub datanet: DatanetId,
    /// The datanet's name.
    pub datanet_name: String,
    /// What the content was.
    pub media_type: Option<String>,
    /// Where it stands.
    pub state: SubmissionState,
    /// When it was taken back.
    pub withdrawn_at: Option<Micros>,
    /// The releases that hold it.
    pub releases: Vec<AffectedRelease>,
    /// The runs that trained on them, or continued from what these made.
    pub runs: Vec<AffectedRun>,
}

/// A release that holds a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AffectedRelease {
    /// Its id.
    pub id: ReleaseId,
    /// The datanet's name.
    pub datanet_name: String,
    /// 1, 2, 3 …
    pub version: u32,
    /// Since when it is no longer handed out.
    pub stopped_at: Option<Micros>,
    /// What to use instead.
    pub next: Option<ReleaseRef>,
}

/// A run, and the model it made, that learned from a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AffectedRun {
    /// Its id.
    pub id: RunId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: RunState,
    /// The adapter or model it made.
    pub model: Option<ModelId>,
}

/// A licence and how many submissions carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LicenceCount {
    /// SPDX expression.
    pub licence: String,
    /// Its class.
    pub class: String,
    /// Submissions.
    pub submissions: u64,
}

/// One row, as in the JSONL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Row {
    /// Position in the release, from 0: the leaf's index.
    pub index: u64,
    /// The text.
    pub content: String,
    /// Whose it is: the id the leaf commits to.
    pub contributor: ContributorId,
    /// Their name, for people; not part of the leaf.
    pub contributor_name: String,
    /// The submission it was cut from.
    pub submission: SubmissionId,
    /// Byte range in the submission, or in the text taken out of a PDF or DOCX: start, end.
    pub span: [u64; 2],
    /// Its licence.
    pub licence: String,
    /// The leaf: SHA-256(0x00 ‖ canonical JSON of `{v:1, content, contributor, submission, span, licence}`).
    pub leaf: Hash,
    /// What is known of an image or a recording; its content is `sha256:` and the hash of
    /// the released file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<RowMedia>,
    /// What a record is: `chat`, `instruction`, `preference` or `plain`; none for running
    /// text. The content is then the record as canonical JSON, the span its bytes in the
    /// file (Parquet: its number and one more), and its fields stand in the JSONL as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<String>,
}

/// The file behind a row of images or sounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowMedia {
    /// Its name in the archives and in the column of bytes: `000000007.png`.
    pub file: String,
    /// What it is.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// Width of an image, pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of an image, pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Length of a recording, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Samples a second of a recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// The transcript that came with a recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    /// Validation score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u32>,
}

/// What changed between two releases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseDiff {
    /// The older one.
    pub from: ReleaseId,
    /// The newer one.
    pub to: ReleaseId,
    /// Submissions only in the newer.
    pub added: Vec<SubmissionId>,
    /// Submissions only in the older.
    pub removed: Vec<SubmissionId>,
    /// Rows only in the newer.
    pub rows_added: u64,
    /// Rows only in the older.
    pub rows_removed: u64,
}

/// A row's proof of membership.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RowProof {
    /// The row.
    pub row: Row,
    /// The tree's root.
    pub root: Hash,
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 inclusion path.
    pub path: Vec<Hash>,
}
