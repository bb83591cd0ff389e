//! From accepted submissions to rows: cut, credited, hashed, in one fixed order.

use crate::view::release::Row;
use karat_gate::document::{self, Extract};
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
    /// What the gate found it to be.
    pub(crate) media_type: &'a str,
    /// The text the gate took out of a document, as it was kept.
    pub(crate) extract: Option<&'a [u8]>,
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
    if document::is_records(source.media_type) {
        return record_rows(source, first);
    }
    let extract = document::is_document(source.media_type).then(|| extracted(source));
    // The gate let only UTF-8 through; what it did not is no row.
    let text = match &extract {
        Some(extract) => &extract.text,
        None => std::str::from_utf8(source.bytes).unwrap_or_default(),
    };
    karat_gate::rows::cut(text)
        .into_iter()
        .enumerate()
        .map(|(i, span)| {
            let place = [span.start as u64, span.end as u64];
            row(source, first + i as u64, text[span].to_owned(), place)
        })
        .collect()
}

/// The text that was checked; read again where it was not kept.
fn extracted(source: &Source<'_>) -> Extract {
    source
        .extract
        .and_then(|kept| serde_json::from_slice(kept).ok())
        .unwrap_or_else(|| document::extract(source.bytes, source.media_type))
}

/// One row a record: its content is the record as canonical JSON.
fn record_rows(source: &Source<'_>, first: u64) -> Vec<Row> {
    let records = document::records::records(source.bytes, source.media_type);
    let one = |(i, record): (usize, document::records::Record)| {
        let value = serde_json::Value::Object(record.fields);
        // Canonical JSON knows no fractions: a record with one keeps the order of its fields.
        let content = karat_tlog::canonical(&value).unwrap_or_else(|_| value.to_string());
        let span = [record.span.start, record.span.end];
        Row { shape: Some(record.shape.as_str().into()), ..row(source, first + i as u64, content, span) }
    };
    records.into_iter().enumerate().map(one).collect()
}

/// The line of a row in the JSONL: its own fields and, for a record, those of the record
/// that have other names, so that programs that train read it as it stands.
pub(crate) fn line(row: &Row) -> serde_json::Result<String> {
    let mut line = serde_json::to_value(row)?;
    if let (Some(line), Some(record)) = (line.as_object_mut(), record(row)) {
        for (name, value) in record {
            line.entry(name).or_insert(value);
        }
    }
    serde_json::to_string(&line)
}

/// The fields of the record a row is.
pub(crate) fn record(row: &Row) -> Option<serde_json::Map<String, serde_json::Value>> {
    row.shape.as_ref()?;
    serde_json::from_str(&row.content).ok()
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
        shape: None,
    }
}
