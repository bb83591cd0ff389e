//! Releases: immutable snapshots of a datanet's accepted data.

use karat_types::id::{ContributorId, DatanetId, ReleaseId, SubmissionId};
use karat_types::{Hash, Micros, ReleaseState};
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
    /// Byte range in the submission: start, end.
    pub span: [u64; 2],
    /// Its licence.
    pub licence: String,
    /// The leaf: SHA-256(0x00 ‖ canonical JSON of `{v:1, content, contributor, submission, span, licence}`).
    pub leaf: Hash,
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
