//! What one check of the gate says, in the same shape everywhere.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a finding does to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// An objective fact the contributor can check: the file stays outside.
    Refuse,
    /// A person must look, with the evidence.
    Hold,
    /// Moves the validation score.
    Score,
    /// Recorded, nothing more.
    Tag,
}

/// The place a finding speaks of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Evidence {
    /// A half-open range of bytes of the file.
    Bytes {
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// A place in text, both counted from 1; columns count characters.
    Line {
        /// Line, from 1.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// Byte range of the same place.
        start: u64,
        /// One past its last byte.
        end: u64,
    },
    /// A box on a page, in points from the page's top left corner.
    Page {
        /// Page, from 1.
        page: u32,
        /// x, y, width, height.
        area: [u32; 4],
        /// The same place in the extracted text: first byte.
        #[serde(default)]
        start: u64,
        /// One past its last byte; the same as `start` where the text was left out.
        #[serde(default)]
        end: u64,
    },
    /// A stretch of sound.
    Time {
        /// Start, milliseconds.
        start_ms: u64,
        /// End, milliseconds.
        end_ms: u64,
    },
    /// A box in an image, in pixels: x, y, width, height.
    Pixels {
        /// x, y, width, height.
        area: [u32; 4],
    },
    /// Another submission, named only where it may be seen.
    Submission {
        /// Its id.
        id: String,
    },
}

/// One check's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    /// The check, as the gate's table numbers it: `T2`.
    pub check: String,
    /// Version of the check together with its threshold.
    pub version: u32,
    /// What the finding does to the file.
    pub class: Class,
    /// Stable word for it: `text_too_short`; each has a page in the docs.
    pub code: String,
    /// What was measured.
    pub measured: Value,
    /// What it was measured against.
    pub threshold: Value,
    /// The place, where there is one.
    pub evidence: Option<Evidence>,
    /// One sentence for the contributor.
    pub message: String,
    /// What to do about it.
    pub fix: String,
}

/// A check that did not run, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NotRun {
    /// The check.
    pub check: String,
    /// Why: "needs the datanet; use --against DIR or submit to a server".
    pub why: String,
}

/// One part of the validation score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScorePart {
    /// `integrity`, `originality`, `quality` or `fit`.
    pub part: String,
    /// 0–1,000; none when it could not be measured: then its weight is left out too.
    pub value: Option<u32>,
    /// Its share in the geometric mean.
    pub weight: u32,
    /// What the value comes from, or why there is none.
    pub from: String,
}

/// The earlier content that is most like a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Nearest {
    /// Its submission, or the name of its file; none when it may not be seen.
    pub id: Option<String>,
    /// How alike the two are, of 1,000: equal five-word sequences of all, 1,000 less 40
    /// for each differing bit of the gradient hashes, or equal parts of the fingerprints.
    pub likeness: u32,
    /// How much of the new one stands in the earlier one, of 1,000.
    pub contained: u32,
    /// Whether the same contributor sent it.
    pub own: bool,
}

/// Everything the gate says of one file. Same bytes in, same verdict out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verdict {
    /// Refused, held or passed.
    pub outcome: crate::GateOutcome,
    /// Validation score 0–100; none when refused.
    pub score: Option<u32>,
    /// Version of the score's formula: `v1`.
    pub score_version: String,
    /// What the score is the mean of; empty in verdicts of version `v0`.
    #[serde(default)]
    pub parts: Vec<ScorePart>,
    /// The set of thresholds: `prose`.
    #[serde(default)]
    pub profile: String,
    /// Version of that set.
    #[serde(default)]
    pub profile_version: u32,
    /// Version of the gate.
    pub gate_version: u32,
    /// What the content really is: `text/markdown`.
    pub media_type: Option<String>,
    /// All findings, refusals first.
    pub findings: Vec<Finding>,
    /// Checks that did not run.
    pub not_run: Vec<NotRun>,
    /// What is most like it; none when nothing is, or when it was not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}
