//! Documents: where the text of a PDF, a DOCX or a file of records comes from.
//!
//! Each reader gives the text with the place of every stretch of it, and its own findings;
//! the text then goes through the same checks as any other, whose places are put back
//! into the document. The [`Extract`] is kept, so that releases and pages use the very
//! text that was checked.

pub(crate) mod docx;
mod hidden;
mod network;
mod pdf;
mod people;
mod person;
pub mod records;
#[cfg(test)]
mod testing;

use crate::evidence::finding;
use crate::examined::{Derived, DerivedKind, Read};
use crate::input::Rules;
use crate::text;
use karat_types::{Class, Evidence, Finding};
use serde::{Deserialize, Serialize};

/// The media type of a PDF.
pub const PDF: &str = "application/pdf";
/// The media type of a DOCX.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// The media type of JSON lines.
pub const JSONL: &str = "application/jsonl";
/// The media type of a Parquet file.
pub const PARQUET: &str = "application/vnd.apache.parquet";
/// The code of documents that name people in their properties: others get their text only.
pub const NAMES_PEOPLE: &str = "names_in_document";
/// The media types of tables as text: with commas and with tabs.
pub const TABLES: [&str; 2] = ["text/csv", "text/tab-separated-values"];

/// Bytes below which a plain comparison is the faster search.
const SHORT: usize = 4096;

/// The text of a document and where each stretch of it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extract {
    /// The text, UTF-8, lines ending in `\n`.
    pub text: String,
    /// Where it comes from; ascending, without overlap.
    pub spans: Vec<Span>,
    /// How large the pages are, the first first; empty where a document has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<PageSize>,
}

/// How large a page is as it is shown: what of the sheet is seen, turned as the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSize {
    /// Whole points (1/72 inch), at least 1.
    pub width: u32,
    /// Whole points (1/72 inch), at least 1.
    pub height: u32,
}

/// A stretch of extracted text and its place in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// First byte in the text.
    pub start: u64,
    /// One past the last byte in the text.
    pub end: u64,
    /// Where it stands.
    pub place: Place,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Place {
    /// A box on a page, in points from the page's top left corner.
    Page {
        /// Page, from 1.
        page: u32,
        /// x, y, width, height.
        area: [u32; 4],
    },
    /// A paragraph of a DOCX, from 1.
    Paragraph {
        /// Its number.
        number: u32,
    },
    /// A record of a file of records.
    Record {
        /// Line of the file (Parquet: the record), from 1.
        line: u64,
    },
}

/// What a reader of documents gives.
#[derive(Default)]
struct Looked {
    extract: Extract,
    findings: Vec<Finding>,
}

/// Whether text has to be taken out of files of this type first.
pub fn is_document(media_type: &str) -> bool {
    is_records(media_type) || [PDF, DOCX].contains(&media_type)
}

/// Whether a file of this type holds records: each is one row of a release.
pub fn is_records(media_type: &str) -> bool {
    [JSONL, PARQUET].contains(&media_type) || TABLES.contains(&media_type)
}

/// Whether an archive names the parts of a word processor's document.
pub(crate) fn is_docx(bytes: &[u8]) -> bool {
    docx::archive::names_a_document(bytes)
}

/// The text of a PDF or DOCX, as the gate reads it; empty where it cannot be read.
pub fn extract(bytes: &[u8], media_type: &str) -> Extract {
    match media_type {
        PDF => pdf::look(bytes).extract,
        DOCX => docx::look(bytes).extract,
        _ if is_records(media_type) => records::look(bytes, media_type).words.extract,
        _ => Extract::default(),
    }
}

/// All checks on a document.
pub(crate) fn check(bytes: &[u8], media_type: &str, rules: &Rules) -> Read {
    if is_records(media_type) {
        return check_records(bytes, media_type, rules);
    }
    let looked = if media_type == PDF { pdf::look(bytes) } else { docx::look(bytes) };
    if unread(&looked.findings) {
        return Read { findings: looked.findings, ..Read::default() };
    }
    let mut read = text::check_extracted(&looked.extract.text, rules);
    for found in &mut read.findings {
        to_place(&looked.extract, found);
    }
    finish(read, looked.findings, &looked.extract)
}

fn check_records(bytes: &[u8], media_type: &str, rules: &Rules) -> Read {
    if media_type != PARQUET && std::str::from_utf8(bytes).is_err() {
        // The one finding says where the first wrong byte stands.
        return text::check(bytes, rules);
    }
    let mut looked = records::look(bytes, media_type);
    if unread(&looked.findings) {
        return Read { findings: looked.findings, ..Read::default() };
    }
    let mut read = text::check_extracted(&looked.words.extract.text, rules);
    records::to_file(bytes, &looked.words, &mut read.findings);
    let mut beside = text::check_beside(&looked.beside.extract.text);
    records::to_file(bytes, &looked.beside, &mut beside);
    read.findings.append(&mut beside);
    read.quality = read.quality.map(|quality| quality.saturating_sub(looked.lost));
    let findings = std::mem::take(&mut looked.findings);
    finish(read, findings, &looked.words.extract)
}

/// Whether a refusal left nothing that could be judged as text.
fn unread(findings: &[Finding]) -> bool {
    findings.iter().any(|f| f.class == Class::Refuse)
}

/// The findings of the reader before those on the text, and the text beside them.
fn finish(mut read: Read, mut findings: Vec<Finding>, extract: &Extract) -> Read {
    findings.append(&mut read.findings);
    read.findings = findings;
    if let Ok(bytes) = serde_json::to_vec(extract) {
        let media_type = "application/json".to_owned();
        read.derived.push(Derived { kind: DerivedKind::Extract, media_type, bytes });
    }
    read
}

/// Puts page and box in the stead of a line of the extracted text.
fn to_place(extract: &Extract, found: &mut Finding) {
    let Some(Evidence::Line { start, end, .. }) = found.evidence else { return };
    let at = extract.spans.partition_point(|span| span.end <= start);
    let Some(Place::Page { page, mut area }) = extract.spans.get(at).map(|span| span.place.clone()) else {
        return;
    };
    // All the lines of the place that stand on the same page.
    let more = extract.spans[at + 1..].iter().take_while(|span| span.start < end).take(1000);
    for span in more {
        if let Place::Page { page: other, area: next } = span.place
            && other == page
        {
            area = around(area, next);
        }
    }
    found.evidence = Some(Evidence::Page { page, area, start, end });
}

/// The smallest box around two.
fn around(a: [u32; 4], b: [u32; 4]) -> [u32; 4] {
    let (x, y) = (a[0].min(b[0]), a[1].min(b[1]));
    let right = (a[0] + a[2]).max(b[0] + b[2]);
    let bottom = (a[1] + a[3]).max(b[1] + b[3]);
    [x, y, right - x, bottom - y]
}

/// The one finding of a file that cannot be read.
fn broken(what: &str, why: &str) -> Finding {
    let why = records::shape::brief(why);
    let message = format!("The {what} cannot be read: {why}.");
    finding(
        "broken_document",
        serde_json::json!(why),
        serde_json::json!(format!("a complete {what}")),
        message,
    )
}

/// Where `needle` first stands in `bytes`.
pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    // Building a searcher costs more than reading a few bytes.
    if bytes.len() < SHORT {
        return bytes.windows(needle.len()).position(|window| window == needle);
    }
    aho_corasick::AhoCorasick::new([needle]).ok()?.find(bytes).map(|found| found.start())
}
