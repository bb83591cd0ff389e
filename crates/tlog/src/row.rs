//! The leaf of a row of a release.

use crate::canonical::canonical;
use crate::merkle::leaf_hash;
use karat_types::Hash;
use karat_types::id::{ContributorId, SubmissionId};
use serde_json::json;
use std::ops::Range;

/// Version of the leaf's members.
const LEAF_VERSION: u32 = 1;

/// What a release says of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The row's text.
    pub content: &'a str,
    /// Who is credited.
    pub contributor: ContributorId,
    /// The submission it was cut from.
    pub submission: SubmissionId,
    /// Its bytes in the submission.
    pub span: Range<u64>,
    /// SPDX expression of the submission.
    pub licence: &'a str,
}

impl Row<'_> {
    /// The canonical JSON that the leaf hashes.
    pub fn canonical(&self) -> String {
        let value = json!({
            "v": LEAF_VERSION,
            "content": self.content,
            "contributor": self.contributor.to_string(),
            "submission": self.submission.to_string(),
            "span": [self.span.start, self.span.end],
            "licence": self.licence,
        });
        match canonical(&value) {
            Ok(text) => text,
            Err(error) => unreachable!("a row has no fraction: {error}"),
        }
    }
}

/// SHA-256(0x00 ‖ canonical JSON of `{v, content, contributor, submission, span, licence}`).
pub fn row_leaf(row: &Row<'_>) -> Hash {
    leaf_hash(row.canonical().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row<'static> {
        Row {
            content: "Grüße\n\"there\"",
            contributor: "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b".parse().unwrap(),
            submission: "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2c".parse().unwrap(),
            span: 5..18,
            licence: "MIT OR Apache-2.0",
        }
    }

    #[test]
    fn the_leaf_is_the_hash_of_the_canonical_row() {
        let text = concat!(
            r#"{"content":"Grüße\n\"there\"","contributor":"0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b","#,
            r#""licence":"MIT OR Apache-2.0","span":[5,18],"submission":"0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2c","v":1}"#
        );
        assert_eq!(row().canonical(), text);
        assert_eq!(row_leaf(&row()), Hash::of_parts(&[b"\0", text.as_bytes()]));
    }

    #[test]
    fn every_member_changes_the_leaf() {
        let base = row_leaf(&row());
        let other: SubmissionId = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2d".parse().unwrap();
        for changed in [
            Row { content: "x", ..row() },
            Row { contributor: other.0.into(), ..row() },
            Row { submission: other, ..row() },
            Row { span: 5..19, ..row() },
            Row { licence: "MIT", ..row() },
        ] {
            assert_ne!(row_leaf(&changed), base, "{changed:?}");
        }
    }
}
