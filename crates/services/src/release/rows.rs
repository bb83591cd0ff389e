//! From accepted submissions to rows: cut, credited, hashed, in one fixed order.

use crate::view::release::Row;
use karat_types::id::{ContributorId, SubmissionId};
use karat_types::{Hash, Modality};

/// An accepted submission with its content, as the builder takes it.
pub(crate) struct Source<'a> {
    pub(crate) submission: SubmissionId,
    pub(crate) contributor: ContributorId,
    pub(crate) contributor_name: &'a str,
    pub(crate) licence: &'a str,
    pub(crate) content_hash: Hash,
    pub(crate) bytes: &'a [u8],
}

/// The rows of one submission, numbered from `first`.
///
/// Text is cut at its own seams; an image or a recording is one row that names the
/// file by its hash.
pub(crate) fn of_submission(source: &Source<'_>, modality: Modality, first: u64) -> Vec<Row> {
    match modality {
        Modality::Text => text_rows(source, first),
        Modality::Image | Modality::Audio => {
            let content = format!("sha256:{}", source.content_hash);
            vec![row(source, first, content, [0, source.bytes.len() as u64])]
        }
    }
}

fn text_rows(source: &Source<'_>, first: u64) -> Vec<Row> {
    // The gate let only UTF-8 through; what it did not is no row.
    let Ok(text) = std::str::from_utf8(source.bytes) else { return Vec::new() };
    karat_gate::rows::cut(text)
        .into_iter()
        .enumerate()
        .map(|(i, span)| {
            let place = [span.start as u64, span.end as u64];
            row(source, first + i as u64, text[span].to_owned(), place)
        })
        .collect()
}

fn row(source: &Source<'_>, index: u64, content: String, span: [u64; 2]) -> Row {
    let leaf = karat_tlog::row_leaf(&karat_tlog::Row {
        content: &content,
        contributor: source.contributor,
        submission: source.submission,
        span: span[0]..span[1],
        licence: source.licence,
    });
    Row {
        index,
        content,
        contributor: source.contributor,
        contributor_name: source.contributor_name.to_owned(),
        submission: source.submission,
        span,
        licence: source.licence.to_owned(),
        leaf,
        media: None,
    }
}
