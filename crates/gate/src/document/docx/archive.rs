//! A6: the archive around a DOCX, unpacked under limits and counted while it is unpacked.

use super::super::{broken, find};
use crate::door::polyglot;
use crate::evidence::finding;
use karat_types::Finding;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Entries at most.
const MAX_ENTRIES: usize = 2000;
/// Bytes all entries, and one, may unpack to.
const MAX_TOTAL: usize = 100_000_000;
const MAX_ENTRY: usize = 50_000_000;
/// Times an entry may be bigger than its packed form, and the bytes from which on that
/// counts: a short run of one character shrinks more without being a bomb.
const MAX_RATIO: usize = 200;
const RATIO_FROM: usize = 1_000_000;
/// Strange entries that are told.
const MOST_STRANGE: usize = 20;
/// Foreign bytes behind the archive's end that are no second content.
const FEW_BYTES: usize = 64;
/// Unix file type bits and the value that means a symbolic link.
const TYPE_BITS: u32 = 0o170_000;
const SYMLINK: u32 = 0o120_000;

/// The unpacked parts of a DOCX, by name. Only XML is kept; the rest was counted.
pub(in crate::document) struct Archive {
    parts: BTreeMap<String, Vec<u8>>,
    /// The names of all entries.
    pub(super) names: Vec<String>,
    /// Entries that are not what such an archive holds.
    pub(super) strange: Vec<Finding>,
}

/// An entry's name and place.
struct Entry {
    name: String,
    start: u64,
    end: u64,
}

impl Archive {
    /// Unpacks everything, or says all that forbids it.
    pub(super) fn open(bytes: &[u8]) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let announced = end_record(bytes).map_err(|why| vec![*why])?;
        if announced > MAX_ENTRIES {
            return Err(vec![entries(announced)]);
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| vec![broken("DOCX", &format!("its archive is damaged ({error})"))])?;
        if zip.len() > MAX_ENTRIES {
            return Err(vec![entries(zip.len())]);
        }
        if zip.len() != announced {
            let message =
                format!("The archive announces {announced} entries and has {} different names.", zip.len());
            return Err(vec![finding("overlapping_entries", json!(announced), json!(zip.len()), message)]);
        }
        let list = directory(&mut zip, &mut findings)?;
        findings.extend(overlap(&list, zip.central_directory_start()));
        if !findings.is_empty() {
            return Err(findings);
        }
        let names = list.into_iter().map(|e| e.name).collect();
        let mut archive = Self { parts: BTreeMap::new(), names, strange: Vec::new() };
        archive.unpack(&mut zip)?;
        Ok(archive)
    }

    fn unpack(&mut self, zip: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), Vec<Finding>> {
        let mut total = 0;
        for (index, name) in self.names.iter().enumerate() {
            let bad = |why: String| vec![broken("DOCX", &format!("entry {name}: {why}"))];
            let mut entry = zip.by_index(index).map_err(|error| bad(error.to_string()))?;
            let packed = usize::try_from(entry.compressed_size()).unwrap_or(usize::MAX).max(1);
            let most = MAX_ENTRY.min(packed.saturating_mul(MAX_RATIO).max(RATIO_FROM)).min(MAX_TOTAL - total);
            let mut content = Vec::new();
            let read = entry.by_ref().take(most as u64 + 1).read_to_end(&mut content);
            read.map_err(|error| bad(error.to_string()))?;
            if content.len() > most {
                return Err(vec![too_big(name, content.len(), packed, total)]);
            }
            total += content.len();
            if let Some(kind) = archive_kind(&content) {
                let message = format!("Entry {name} is {kind}.");
                let mut findings = vec![finding("nested_archive", json!(name), json!("none"), message)];
                findings.extend(self.names.iter().filter_map(|name| super::active::entry(name)).take(20));
                return Err(findings);
            }
            // What its name alone says is told once.
            if self.strange.len() < MOST_STRANGE && super::active::entry(name).is_none() {
                self.strange.extend(super::content::check(name, &content));
            }
            if is_xml(name) {
                self.parts.insert(name.clone(), content);
            }
        }
        Ok(())
    }

    /// The content of a part, its name with or without the leading slash.
    pub(in crate::document) fn part(&self, name: &str) -> Option<&[u8]> {
        let name = name.trim_start_matches('/');
        self.parts
            .get(name)
            .or_else(|| self.parts.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, c)| c))
            .map(Vec::as_slice)
    }

    /// All XML parts.
    pub(in crate::document) fn xml_parts(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.parts.iter().map(|(name, content)| (name.as_str(), content.as_slice()))
    }

    /// The name of the part with the document's body.
    pub(super) fn main_part(&self) -> Option<String> {
        let relations = super::active::relations(self.part("_rels/.rels").unwrap_or_default());
        let named = relations.into_iter().find(|r| r.kind.ends_with("/officeDocument")).map(|r| r.target);
        let named = named.map(|name| name.trim_start_matches('/').to_owned());
        [named, Some("word/document.xml".to_owned())]
            .into_iter()
            .flatten()
            .find(|name| self.part(name).is_some())
    }
}

fn is_xml(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".xml") || name.ends_with(".rels")
}

/// Whether the directory at the end of a ZIP names the parts of a word processor's document.
pub(in crate::document) fn names_a_document(bytes: &[u8]) -> bool {
    find(bytes, b"[Content_Types].xml").is_some() && find(bytes, b"word/").is_some()
}

/// The number of entries, from the one end record, which must be the file's end.
fn end_record(bytes: &[u8]) -> Result<usize, Box<Finding>> {
    let from = bytes.len().saturating_sub(66_000);
    let tail = &bytes[from..];
    let at = (0..tail.len().saturating_sub(21)).rev().find(|&at| tail[at..].starts_with(b"PK\x05\x06"));
    let Some(record) = at.and_then(|at| tail.get(at..at + 22)) else {
        return Err(Box::new(broken("DOCX", "the end of its archive is missing; it was cut off")));
    };
    let behind = tail.len() - at.unwrap_or(0) - 22;
    if let Some(second) = polyglot::behind(bytes, bytes.len() - behind..bytes.len()) {
        return Err(Box::new(second));
    }
    if behind > FEW_BYTES {
        let message = format!("{behind} bytes stand behind the end of the DOCX.");
        return Err(Box::new(finding("polyglot", json!(behind), json!(FEW_BYTES), message)));
    }
    if find(&bytes[..bytes.len().min(1024)], b"%PDF-").is_some() {
        let message = "The DOCX is a PDF as well.".to_owned();
        return Err(Box::new(finding("polyglot", json!("application/pdf"), json!("one format"), message)));
    }
    Ok(usize::from(u16::from_le_bytes([record[10], record[11]])))
}

fn entries(count: usize) -> Finding {
    let message = format!("The archive has {count} entries; {MAX_ENTRIES} are allowed.");
    finding("too_many_entries", json!(count), json!(MAX_ENTRIES), message)
}

fn too_big(name: &str, unpacked: usize, packed: usize, before: usize) -> Finding {
    if unpacked > packed.saturating_mul(MAX_RATIO) {
        let ratio = unpacked / packed;
        let message = format!("Entry {name} unpacks to more than {ratio} times its size.");
        return finding("archive_ratio", json!(ratio), json!(MAX_RATIO), message);
    }
    let (found, most) =
        if unpacked > MAX_ENTRY { (unpacked, MAX_ENTRY) } else { (before + unpacked, MAX_TOTAL) };
    let message = format!("The archive unpacks to more than {most} bytes, at entry {name}.");
    finding("archive_too_big", json!(found), json!(most), message)
}

/// Names, places and flags of all entries; what is wrong with them goes to `findings`.
fn directory(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Entry>, Vec<Finding>> {
    let mut list = Vec::new();
    for index in 0..zip.len() {
        let entry = zip
            .by_index_raw(index)
            .map_err(|error| vec![broken("DOCX", &format!("entry {index} of its archive: {error}"))])?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry.encrypted() {
            let message = format!("Entry {name} is encrypted.");
            findings.push(finding("encrypted_document", json!(name), json!("none"), message));
        }
        let link = entry.unix_mode().is_some_and(|mode| mode & TYPE_BITS == SYMLINK);
        let apart = |c: char| c == '/' || c == '\\';
        let unsafe_name = name.starts_with(apart)
            || name.split(apart).any(|part| part == "..")
            || name.contains(['\0', ':'])
            || name.is_empty();
        if link || unsafe_name {
            let what = if link { "a symbolic link" } else { "a path outside the archive" };
            let message = format!("Entry “{}” is {what}.", name.escape_debug());
            findings.push(finding(
                "unsafe_entry",
                json!(name.escape_debug().to_string()),
                json!("a plain relative name"),
                message,
            ));
        }
        let data = entry.data_start().unwrap_or(entry.header_start());
        list.push(Entry {
            name,
            start: entry.header_start(),
            end: data.saturating_add(entry.compressed_size()),
        });
    }
    Ok(list)
}

fn overlap(list: &[Entry], directory: u64) -> Option<Finding> {
    let mut order: Vec<&Entry> = list.iter().collect();
    order.sort_by_key(|entry| entry.start);
    let beyond = order.iter().find(|entry| entry.end > directory);
    let next = order.windows(2).find(|pair| pair[0].end > pair[1].start).map(|pair| &pair[1]);
    let entry = next.or(beyond)?;
    let message = format!("Entry {} overlaps another part of the archive.", entry.name);
    Some(finding("overlapping_entries", json!(entry.name), json!("none"), message))
}

/// What archive a content is by its first bytes.
fn archive_kind(content: &[u8]) -> Option<&'static str> {
    [
        (&b"PK\x03\x04"[..], "a ZIP archive"),
        (b"PK\x05\x06", "a ZIP archive"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\xfd7zXZ\0", "an xz archive"),
        (b"BZh", "a bzip2 archive"),
        (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    ]
    .into_iter()
    .find_map(|(magic, kind)| content.starts_with(magic).then_some(kind))
}
