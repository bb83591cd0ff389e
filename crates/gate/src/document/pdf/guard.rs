//! What is looked at before a PDF is opened: where it begins and ends, and what its
//! object streams unpack to.

use super::object::MAX_STREAM;
use crate::document::{broken, find};
use crate::evidence::{finding, many};
use karat_types::Finding;
use lopdf::xref::XrefRecovery;
use lopdf::{Dictionary, Document, Object, Stream};
use serde_json::json;

/// The header stands within these bytes, as readers ask.
const HEADER_WITHIN: usize = 1024;
/// Foreign bytes behind the end that are no second content.
const FEW_BYTES: usize = 1024;
/// Bytes all object streams may unpack to.
const MAX_OBJECTS: usize = 100_000_000;
/// Bytes before a stream in which its dictionary is looked for.
const DICTIONARY: usize = 600;

/// The first thing that forbids opening it.
pub(super) fn check(bytes: &[u8]) -> Option<Finding> {
    start(bytes).or_else(|| end(bytes)).or_else(|| object_streams(bytes))
}

/// Bytes at the end in which the mark of the end stands.
const END_WITHIN: usize = 2048;
/// Bytes at the beginning in which a file for the web says how long it is.
const LINEAR_WITHIN: usize = 2048;

/// Whether something of the document is missing: its end, as after a download that broke
/// off, or pages of it. A directory that is only wrong is repaired, and not meant.
pub(super) fn incomplete(bytes: &[u8], document: &Document) -> Option<Finding> {
    if let Some(length) = announced(bytes).filter(|length| bytes.len() < *length) {
        let why = format!("it was cut off: it should have {length} bytes and has {}", bytes.len());
        return Some(broken("PDF", &why));
    }
    if document.xref_recovery != Some(XrefRecovery::Reconstructed) {
        return None;
    }
    let tail = &bytes[bytes.len().saturating_sub(END_WITHIN)..];
    if find(tail, b"%%EOF").is_none() && find(tail, b"startxref").is_none() {
        return Some(broken("PDF", "its end is missing; it was cut off"));
    }
    lost_pages(document)
}

/// The length that the head of a file for the web gives (`/Linearized 1 /L 12345`).
fn announced(bytes: &[u8]) -> Option<usize> {
    let head = &bytes[..bytes.len().min(LINEAR_WITHIN)];
    let dict = &head[find(head, b"/Linearized")?..];
    let dict = &dict[..find(dict, b"endobj").unwrap_or(dict.len())];
    let at = dict.windows(3).position(|w| w.starts_with(b"/L") && (w[2] == b' ' || w[2].is_ascii_digit()))?;
    let digits = dict[at + 2..].trim_ascii_start();
    let end = digits.iter().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

/// Pages that the tree counts and that were not found again, or whose content was not.
fn lost_pages(document: &Document) -> Option<Finding> {
    let catalog = document.catalog().ok()?;
    let root = catalog.get_deref(b"Pages", document).ok()?.as_dict().ok()?;
    let counted = root.get_deref(b"Count", document).and_then(Object::as_i64).unwrap_or(0);
    let counted = usize::try_from(counted).unwrap_or(0);
    let is_there = |object: &Object| object.as_reference().is_err() || document.dereference(object).is_ok();
    let whole = |dict: &Dictionary| match dict.get(b"Contents") {
        Ok(Object::Array(list)) => list.iter().all(is_there),
        Ok(one) => is_there(one),
        Err(_) => true,
    };
    let pages = document.objects.values().filter_map(|object| object.as_dict().ok());
    let pages =
        pages.filter(|dict| dict.get(b"Type").is_ok_and(|kind| matches!(kind.as_name(), Ok(b"Page"))));
    let found = pages.filter(|dict| whole(dict)).count();
    (found < counted).then(|| {
        let why = format!("{} of {} are missing", counted - found, many(counted as u64, "page"));
        broken("PDF", &why)
    })
}

fn polyglot(found: &str, message: String) -> Finding {
    finding("polyglot", json!(found), json!("one format"), message)
}

fn start(bytes: &[u8]) -> Option<Finding> {
    let at = find(bytes, b"%PDF-")?;
    if at > HEADER_WITHIN {
        return Some(polyglot("late header", format!("The PDF begins only at byte {at}.")));
    }
    let before = &bytes[..at];
    let kind = infer::get(before).filter(|_| !before.is_empty()).map(|kind| kind.mime_type());
    let kind = kind.or_else(|| before.starts_with(b"PK").then_some("application/zip"))?;
    Some(polyglot(kind, format!("The PDF stands behind the beginning of {kind}.")))
}

fn end(bytes: &[u8]) -> Option<Finding> {
    if let Some(at) = zip_end(bytes) {
        return Some(polyglot(
            "application/zip",
            format!("The PDF is a ZIP archive as well (its end stands at byte {at})."),
        ));
    }
    let last = bytes.windows(5).rposition(|w| w == b"%%EOF")?;
    let behind = bytes[last + 5..].trim_ascii();
    let behind = &behind[..behind.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1)];
    let kind = infer::get(behind).map(|kind| kind.mime_type());
    if let Some(kind) = kind.filter(|_| behind.len() > 16) {
        return Some(polyglot(kind, format!("Behind the PDF stands {kind}.")));
    }
    // Other bytes: damage repaired by appending objects has those; foreign data does not.
    let objects = find(behind, b" obj").is_some() || find(behind, b"xref").is_some();
    (behind.len() > FEW_BYTES && !objects).then(|| {
        polyglot("foreign bytes", format!("{} bytes stand behind the end of the PDF.", behind.len()))
    })
}

/// The end record of a ZIP that any unpacker would find, with a directory before it.
fn zip_end(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(66_000);
    let tail = &bytes[from..];
    let at = tail.windows(4).rposition(|w| w == b"PK\x05\x06")?;
    let record = tail.get(at..at + 22)?;
    let size = u32::from_le_bytes([record[12], record[13], record[14], record[15]]) as usize;
    let directory = (from + at).checked_sub(size)?;
    (size > 0 && bytes[directory..].starts_with(b"PK\x01\x02")).then_some(from + at)
}

/// Object streams are all unpacked on opening, so they are counted first.
fn object_streams(bytes: &[u8]) -> Option<Finding> {
    let searcher = aho_corasick::AhoCorasick::new([&b"stream\r\n"[..], b"stream\n"]).ok()?;
    let mut total = 0;
    for found in searcher.find_iter(bytes) {
        if bytes[..found.start()].ends_with(b"end") {
            continue;
        }
        let before = &bytes[found.start().saturating_sub(DICTIONARY)..found.start()];
        let opened = before.windows(4).rposition(|w| w == b" obj").map_or(0, |at| at);
        let dict = &before[opened..];
        let eager = find(dict, b"ObjStm").is_some() || find(dict, b"XRef").is_some() || dict.contains(&b'#');
        if !eager || find(dict, b"FlateDecode").is_none() {
            continue;
        }
        let rest = &bytes[found.end()..];
        let length = find(rest, b"endstream").unwrap_or(rest.len());
        let mut plain = Dictionary::new();
        plain.set("Filter", Object::Name(b"FlateDecode".to_vec()));
        let stream = Stream::new(plain, rest[..length].to_vec());
        let unpacked = match stream.decompressed_content_with_limit(MAX_STREAM) {
            Ok(content) => content.len(),
            Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. })) => {
                MAX_STREAM + 1
            }
            Err(_) => 0,
        };
        total += unpacked;
        if unpacked > MAX_STREAM || total > MAX_OBJECTS {
            let message = format!("The object streams unpack to more than {total} bytes.");
            return Some(finding("stream_bomb", json!(total), json!(MAX_OBJECTS), message));
        }
    }
    None
}
